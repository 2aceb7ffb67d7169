import type { KubeObject } from '#sandbox/kube-client/objects.ts'

/** What others need comes first; kinds not listed come last, by name. */
const kinds = [
  ...['Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'PodSecurityPolicy', 'PodDisruptionBudget'],
  ...[
    'ServiceAccount',
    'Secret',
    'SecretList',
    'ConfigMap',
    'StorageClass',
    'PersistentVolume',
    'PersistentVolumeClaim',
  ],
  ...['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleList', 'ClusterRoleBinding', 'ClusterRoleBindingList'],
  ...['Role', 'RoleList', 'RoleBinding', 'RoleBindingList', 'Service', 'DaemonSet', 'Pod', 'ReplicationController'],
  ...[
    'ReplicaSet',
    'Deployment',
    'HorizontalPodAutoscaler',
    'StatefulSet',
    'Job',
    'CronJob',
    'IngressClass',
    'Ingress',
  ],
  'APIService',
]
const rank = new Map(kinds.map((kind, index) => [kind, index]))

export const byKindThenName = (a: KubeObject, b: KubeObject): number =>
  (rank.get(a.kind) ?? kinds.length) - (rank.get(b.kind) ?? kinds.length) ||
  compare(a.kind, b.kind) ||
  compare(a.metadata.name, b.metadata.name)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
