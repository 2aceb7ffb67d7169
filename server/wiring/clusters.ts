/** From the settings to the clusters and what brings Git into them. */
import { absent } from '../adapters/absent.ts'
import { createArgoCd } from '../adapters/argo-cd/argo-cd.ts'
import { type ClusterSettings, clusterFaults, createClusters } from '../adapters/kubernetes/clusters.ts'
import { type Config, ConfigError } from '../config.ts'
import { label } from '../domains/gitops/gitops.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { Clusters } from '../ports/clusters.ts'
import type { GitOps } from '../ports/gitops/gitops.ts'

export function clustersOf(config: Config): Clusters {
  if (!config.KUBECONFIG && !process.env.KUBERNETES_SERVICE_HOST) {
    const cluster: Cluster = absent('cluster', 'A cluster', 'KUBECONFIG', { name: 'none' })
    return {
      of: () => cluster,
      all: [],
      environmentsOf: () => [],
      gitops: { cluster, namespace: config.ARGOCD_NAMESPACE },
    }
  }
  const settings: ClusterSettings = {
    kubeconfig: config.KUBECONFIG ?? null,
    contexts: config.CLUSTER_CONTEXTS ?? {},
    argocd: { context: config.ARGOCD_CONTEXT ?? null, namespace: config.ARGOCD_NAMESPACE },
  }
  const faults = clusterFaults(settings)
  if (faults.length > 0) throw new ConfigError(faults.map((message) => ({ setting: 'CLUSTER_CONTEXTS', message })))
  return createClusters(settings)
}

export function gitOpsOf({ all, gitops }: Clusters): GitOps {
  return all.length === 0
    ? absent('gitops', 'Argo CD', 'KUBECONFIG', { title: 'Argo CD', cluster: 'none' })
    : createArgoCd(gitops.cluster, { namespace: gitops.namespace, label })
}
