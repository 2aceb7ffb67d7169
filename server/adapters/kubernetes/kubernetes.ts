/** The cluster port over a Kubernetes API server. */
import { KubeConfig } from '@kubernetes/client-node'
import { z } from 'zod'
import type { Environment } from '../../contracts/names.ts'
import { type Cluster, type KindRef, type KubernetesObject, kinds } from '../../ports/cluster.ts'
import type { Clusters } from '../../ports/clusters.ts'
import { parseObject } from './objects.ts'
import { pathOf } from './paths.ts'
import { createTransport } from './transport.ts'
import { follow, listAll, type Pace } from './watch.ts'

const Version = z.object({ gitVersion: z.string() })
const Review = z.object({ status: z.object({ allowed: z.boolean() }) })

export type ClusterTuning = Pace & { fieldManager?: string }

export function createKubernetesCluster(
  config: KubeConfig,
  name: string,
  { fieldManager = 'modelyard-portal', ...pace }: ClusterTuning = {},
): Cluster {
  const transport = createTransport(config, name)
  const kindOf = (object: KubernetesObject): KindRef => {
    const known = Object.values(kinds).find(
      (kind) => kind.kind === object.kind && kind.apiVersion === object.apiVersion,
    )
    return (
      known ?? {
        apiVersion: object.apiVersion,
        kind: object.kind,
        plural: pluralOf(object.kind),
        namespaced: object.metadata.namespace !== undefined,
      }
    )
  }
  return {
    name,
    async get(kind, objectName, namespace) {
      const answer = await transport.json({ method: 'GET', path: pathOf(kind, namespace, objectName) })
      return answer === undefined ? undefined : parseObject(answer, kind)
    },
    async list(kind, selection = {}) {
      return (await listAll(transport, kind, selection, (object) => object, pace)).items
    },
    async apply(object, { dryRun = false, force = false } = {}) {
      const kind = kindOf(object)
      const { status, text } = await transport.text({
        method: 'PATCH',
        path: pathOf(kind, object.metadata.namespace, object.metadata.name),
        query: {
          fieldManager,
          force: force ? 'true' : undefined,
          dryRun: dryRun ? 'All' : undefined,
          fieldValidation: 'Strict',
        },
        contentType: 'application/apply-patch+yaml',
        body: JSON.stringify(object),
      })
      // Not found is said of a namespace, a kind or an object: the cluster's own words tell which.
      if (status >= 300) throw transport.explain(status, text)
      return parseObject(JSON.parse(text), kind)
    },
    watch: (kind, options) => follow(transport, kind, options, pace),
    async logs(namespace, pod, { container, tailLines } = {}) {
      const answer = await transport.text({
        method: 'GET',
        path: `${pathOf(kinds.pod, namespace, pod)}/log`,
        query: { container, tailLines: tailLines === undefined ? undefined : String(tailLines) },
      })
      if (answer.status >= 300) throw transport.explain(answer.status, answer.text)
      return answer.text
    },
    async canI(verb, kind, namespace) {
      const [group, version] = kind.apiVersion.includes('/') ? kind.apiVersion.split('/') : ['', kind.apiVersion]
      const answer = await transport.json({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: JSON.stringify({
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { group, version, resource: kind.plural, verb, namespace } },
        }),
      })
      return Review.parse(answer).status.allowed
    },
    async annotate(kind, objectName, namespace, annotations) {
      await transport.json({
        method: 'PATCH',
        path: pathOf(kind, namespace, objectName),
        query: { fieldManager },
        contentType: 'application/merge-patch+json',
        body: JSON.stringify({ metadata: { annotations } }),
      })
    },
    async probe() {
      return {
        version: Version.parse(await transport.json({ method: 'GET', path: '/version', timeoutMilliseconds: 5_000 }))
          .gitVersion,
      }
    },
  }
}

const pluralOf = (kind: string) =>
  (kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : kind.endsWith('s') ? `${kind}es` : `${kind}s`).toLowerCase()

export type ClusterSettings = {
  kubeconfig: string | null
  /** The kubeconfig context of each environment; several may be the same. */
  contexts: Record<Environment, string>
  argocd: { environment: Environment; namespace: string }
}

/** One client for each context, from a kubeconfig or, without one, from the account of the pod we run in. */
export function createClusters(settings: ClusterSettings): Clusters {
  const byContext = new Map<string, Cluster>()
  const clusterFor = (context: string): Cluster => {
    const known = byContext.get(context)
    if (known) return known
    const config = new KubeConfig()
    if (settings.kubeconfig === null) {
      config.loadFromCluster()
    } else {
      config.loadFromFile(settings.kubeconfig)
      config.setCurrentContext(context)
    }
    const cluster = createKubernetesCluster(config, context)
    byContext.set(context, cluster)
    return cluster
  }
  const of = (environment: Environment) => clusterFor(settings.contexts[environment])
  return {
    of,
    get all() {
      return [...new Set(Object.values(settings.contexts))].map(clusterFor)
    },
    gitops: {
      get cluster() {
        return of(settings.argocd.environment)
      },
      namespace: settings.argocd.namespace,
    },
  }
}
