import type { JsonObject } from '../json.ts'
import type { Rule } from './authorizer.ts'

const rule = (verbs: string[], apiGroups: string[], resources: string[]): Rule => ({
  verbs,
  apiGroups,
  resources,
  resourceNames: [],
  nonResourceURLs: [],
})
const urls = (nonResourceURLs: string[]): Rule => ({ ...rule(['get'], [], []), nonResourceURLs })

const about = ['/healthz', '/livez', '/readyz', '/version', '/version/']
const documents = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
]

/** What every caller may do, whatever the stored bindings say: look around and ask about itself. */
export const bootstrapRoles: { group: string; name: string; rules: Rule[] }[] = [
  {
    group: 'system:authenticated',
    name: 'system:basic-user',
    rules: [
      rule(['create'], ['authorization.k8s.io'], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews']),
      rule(['create'], ['authentication.k8s.io'], ['selfsubjectreviews']),
    ],
  },
  { group: 'system:authenticated', name: 'system:discovery', rules: [urls(documents)] },
  { group: 'system:authenticated', name: 'system:public-info-viewer', rules: [urls(about)] },
  { group: 'system:unauthenticated', name: 'system:public-info-viewer', rules: [urls(about)] },
]

const read = ['get', 'list', 'watch']
const write = ['create', 'delete', 'deletecollection', 'patch', 'update']
const workloads: [string, string[]][] = [
  [
    '',
    [
      'configmaps',
      'endpoints',
      'persistentvolumeclaims',
      'pods',
      'replicationcontrollers',
      'replicationcontrollers/scale',
      'serviceaccounts',
      'services',
    ],
  ],
  [
    'apps',
    [
      'controllerrevisions',
      'daemonsets',
      'deployments',
      'deployments/scale',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
    ],
  ],
  ['autoscaling', ['horizontalpodautoscalers']],
  ['batch', ['cronjobs', 'jobs']],
  ['networking.k8s.io', ['ingresses', 'networkpolicies']],
  ['policy', ['poddisruptionbudgets']],
]
const observed: [string, string[]][] = [
  ['', ['events', 'limitranges', 'namespaces', 'pods/log', 'pods/status', 'resourcequotas', 'resourcequotas/status']],
  ['apps', ['daemonsets/status', 'deployments/status', 'replicasets/status', 'statefulsets/status']],
  ['discovery.k8s.io', ['endpointslices']],
]
const rulesFor = (verbs: string[], places: [string, string[]][]) =>
  places.map(([group, resources]): JsonObject => ({ verbs, apiGroups: [group], resources }))

const view = [...rulesFor(read, workloads), ...rulesFor(read, observed)]
const edit = [
  ...view,
  ...rulesFor(write, workloads),
  ...rulesFor([...read, ...write], [['', ['secrets']]]),
  ...rulesFor(['create'], [['', ['pods/eviction', 'serviceaccounts/token']]]),
]
const admin = [
  ...edit,
  ...rulesFor([...read, ...write], [['rbac.authorization.k8s.io', ['rolebindings', 'roles']]]),
  ...rulesFor(['create'], [['authorization.k8s.io', ['localsubjectaccessreviews']]]),
]

/** The user-facing roles of every Kubernetes cluster, created at the first start. */
export const clusterRoles: Record<string, JsonObject[]> = {
  'cluster-admin': [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ],
  admin,
  edit,
  view,
  'system:auth-delegator': rulesFor(
    ['create'],
    [
      ['authentication.k8s.io', ['tokenreviews']],
      ['authorization.k8s.io', ['subjectaccessreviews']],
    ],
  ),
}
