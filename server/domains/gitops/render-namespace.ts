/** A namespace as a team gets it: pure, one small function per object. */
import { type Amounts, formatBytes, formatCpu } from '../../contracts/quantity.ts'
import type { KubernetesObject } from '../../ports/cluster.ts'
import { labelsOf, type Owner } from './labels.ts'

export type NamespaceSpec = Owner & { namespace: string; quota: Amounts }

const podSecurity = {
  'pod-security.kubernetes.io/audit': 'restricted',
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
}

const object = (
  spec: NamespaceSpec,
  apiVersion: string,
  kind: string,
  name: string,
  rest: Record<string, unknown>,
): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { labels: labelsOf(spec), name, namespace: spec.namespace },
  ...rest,
})

const namespace = (spec: NamespaceSpec): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    // Argo CD applies lower waves first: the namespace before what lives in it.
    annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
    labels: { ...labelsOf(spec), ...podSecurity },
    name: spec.namespace,
  },
})

/** Limits may be twice the requests, so that a rollout or a burst has room. */
export function hardOf(quota: Amounts): Record<string, string> {
  return {
    'count/deployments.apps': '10',
    'count/replicasets.apps': '100',
    'limits.cpu': formatCpu(quota.cpu * 2),
    'limits.memory': formatBytes(quota.memory * 2),
    persistentvolumeclaims: '10',
    pods: '50',
    'requests.cpu': formatCpu(quota.cpu),
    'requests.memory': formatBytes(quota.memory),
    'requests.nvidia.com/gpu': String(quota.gpu),
    'requests.storage': formatBytes(quota.storage),
    secrets: '30',
    services: '20',
  }
}

const resourceQuota = (spec: NamespaceSpec) =>
  object(spec, 'v1', 'ResourceQuota', 'team-quota', { spec: { hard: hardOf(spec.quota) } })

const limitRange = (spec: NamespaceSpec) =>
  object(spec, 'v1', 'LimitRange', 'defaults', {
    spec: {
      limits: [
        {
          default: { cpu: '500m', memory: '1Gi' },
          defaultRequest: { cpu: '250m', memory: '512Mi' },
          type: 'Container',
        },
      ],
    },
  })

const networkPolicy = (spec: NamespaceSpec, name: string, policy: Record<string, unknown>) =>
  object(spec, 'networking.k8s.io/v1', 'NetworkPolicy', name, { spec: policy })

const denyByDefault = (spec: NamespaceSpec) =>
  networkPolicy(spec, 'deny-by-default', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })

const allowWithin = (spec: NamespaceSpec) =>
  networkPolicy(spec, 'allow-within-namespace', {
    egress: [{ to: [{ podSelector: {} }] }],
    ingress: [{ from: [{ podSelector: {} }] }],
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
  })

const allowDns = (spec: NamespaceSpec) =>
  networkPolicy(spec, 'allow-dns', {
    egress: [
      {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
        to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
      },
    ],
    podSelector: {},
    policyTypes: ['Egress'],
  })

const allowPlatform = (spec: NamespaceSpec) =>
  networkPolicy(spec, 'allow-platform-ingress', {
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'modelyard.dev/platform': 'true' } } }] }],
    podSelector: {},
    policyTypes: ['Ingress'],
  })

const serviceAccount = (spec: NamespaceSpec) =>
  object(spec, 'v1', 'ServiceAccount', 'workload', { automountServiceAccountToken: false })

/** People read their own namespace; changes come by pull request. */
const role = (spec: NamespaceSpec) =>
  object(spec, 'rbac.authorization.k8s.io/v1', 'Role', 'team-read', {
    rules: [
      {
        apiGroups: [''],
        resources: ['pods', 'pods/log', 'services', 'events', 'resourcequotas', 'limitranges', 'configmaps'],
        verbs: ['get', 'list', 'watch'],
      },
      { apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['inference.modelyard.dev'], resources: ['inferencemodels'], verbs: ['get', 'list', 'watch'] },
    ],
  })

const roleBinding = (spec: NamespaceSpec) =>
  object(spec, 'rbac.authorization.k8s.io/v1', 'RoleBinding', 'team-read', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'team-read' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: `modelyard:team:${spec.team}` }],
  })

export function renderNamespace(spec: NamespaceSpec): KubernetesObject[] {
  return [
    namespace,
    resourceQuota,
    limitRange,
    denyByDefault,
    allowWithin,
    allowDns,
    allowPlatform,
    serviceAccount,
    role,
    roleBinding,
  ].map((part) => part(spec))
}
