/** The AppProject of a team: which kinds may come from which folders into which namespaces. */
import type { KubernetesObject } from '../../ports/cluster.ts'

const inNamespaces: [group: string, kind: string][] = [
  ['', 'ResourceQuota'],
  ['', 'LimitRange'],
  ['', 'ServiceAccount'],
  ['', 'Service'],
  ['', 'ConfigMap'],
  ['apps', 'Deployment'],
  ['autoscaling', 'HorizontalPodAutoscaler'],
  ['policy', 'PodDisruptionBudget'],
  ['networking.k8s.io', 'NetworkPolicy'],
  ['rbac.authorization.k8s.io', 'Role'],
  ['rbac.authorization.k8s.io', 'RoleBinding'],
  ['inference.modelyard.dev', 'InferenceModel'],
  ['monitoring.coreos.com', 'PrometheusRule'],
  ['monitoring.coreos.com', 'ServiceMonitor'],
]

export function renderProject(team: string, repositoryUrl: string): KubernetesObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { labels: { 'modelyard.dev/team': team }, name: team, namespace: 'argocd' },
    spec: {
      clusterResourceWhitelist: [{ group: '', kind: 'Namespace' }],
      description: `What team ${team} may bring into the cluster`,
      destinations: [{ namespace: `${team}-*`, server: '*' }],
      namespaceResourceWhitelist: inNamespaces.map(([group, kind]) => ({ group, kind })),
      sourceRepos: [repositoryUrl],
    },
  }
}
