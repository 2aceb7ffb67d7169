// One story of requests, told to the sandbox and to a real kube-apiserver; every answer must be the same.
import type { Json, JsonObject } from '../json.ts'
import { configMap, deployment } from './running-cluster.ts'

export type Step = {
  what: string
  method: string
  path: string
  body?: Json
  type?: string
  as?: 'viewer'
  /** Asked again until the answer has this code: real controllers need a moment. */
  until?: number
}

export const namespace = 'compared'
const base = `/api/v1/namespaces/${namespace}`
const apps = `/apis/apps/v1/namespaces/${namespace}/deployments`
const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`
const widgets = `/apis/example.dev/v1alpha1/namespaces/${namespace}/widgets`
const merge = 'application/merge-patch+json'
const strategic = 'application/strategic-merge-patch+json'
const json = 'application/json-patch+json'
const apply = 'application/apply-patch+yaml'

const pod = (name: string, container: JsonObject = {}, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    serviceAccountName: 'runner',
    automountServiceAccountToken: false,
    nodeSelector: { nowhere: 'true' },
    containers: [{ name: 'c', image: 'registry.example/app:1', ...container }],
    ...spec,
  },
})
const asking = (requests: JsonObject, limits: JsonObject = requests) => ({ resources: { requests, limits } })
const widget = (name: string, spec: JsonObject, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'example.dev/v1alpha1',
  kind: 'Widget',
  metadata: { name },
  spec,
  ...more,
})
const role = (name: string, rules: JsonObject[]): JsonObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name },
  rules,
})
const namedSame = (apiVersion: string, kind: string, name: string, spec: JsonObject): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name },
  spec,
})
const web = { path: `${apps}/web`, body: deployment('web') }
const partOfWeb = (spec: JsonObject): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { template: { spec } },
})
const post = (what: string, path: string, body: Json): Step => ({ what, method: 'POST', path, body })
const patch = (what: string, path: string, body: Json, type = merge): Step => ({
  what,
  method: 'PATCH',
  path,
  body,
  type,
})
const get = (what: string, path: string): Step => ({ what, method: 'GET', path })
const drop = (what: string, path: string, body?: Json): Step => ({
  what,
  method: 'DELETE',
  path,
  ...(body ? { body } : {}),
})

const objectSteps: Step[] = [
  post('a namespace', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
  post('the same namespace', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  }),
  post('a badly named namespace', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'Bad_Name' },
  }),
  get('a missing namespace', '/api/v1/namespaces/nowhere'),
  post('a config map', `${base}/configmaps`, configMap('a', { x: '1' })),
  post('the same config map', `${base}/configmaps`, configMap('a', { x: '1' })),
  post('one without a name', `${base}/configmaps`, configMap('', {})),
  post('one with bad labels', `${base}/configmaps`, configMap('b', {}, { 'a b': 'c d' })),
  post('one with a bad key', `${base}/configmaps`, configMap('b', { 'a b': 'c' })),
  post('one with a number for text', `${base}/configmaps`, configMap('b', { a: 1 })),
  post('one for another namespace', `${base}/configmaps`, {
    ...configMap('b'),
    metadata: { name: 'b', namespace: 'other' },
  }),
  post('one in no namespace', '/api/v1/namespaces/nowhere/configmaps', configMap('a')),
  {
    ...post('an old version', `${base}/configmaps/a`, {
      ...configMap('a'),
      metadata: { name: 'a', resourceVersion: '1' },
    }),
    method: 'PUT',
  },
  { ...post('another name than the address', `${base}/configmaps/a`, configMap('b')), method: 'PUT' },
  patch('a merge patch', `${base}/configmaps/a`, { data: { y: '3', x: null } }),
  patch('a JSON patch whose test fails', `${base}/configmaps/a`, [{ op: 'test', path: '/data/y', value: '9' }], json),
  patch('a JSON patch', `${base}/configmaps/a`, [{ op: 'add', path: '/data/z', value: '9' }], json),
  patch('a patch of what is missing', `${base}/configmaps/missing`, {}),
  patch('a patch of no known kind', `${base}/configmaps/a`, {}, 'text/plain'),
  { ...drop('an unknown dry run', `${base}/configmaps/a?dryRun=Some`) },
  drop('an unknown propagation', `${base}/configmaps/a`, { propagationPolicy: 'Sideways' }),
  drop('a deletion', `${base}/configmaps/a`),
  drop('a deletion of what is gone', `${base}/configmaps/a`),
  post('a held object', `${base}/configmaps`, {
    ...configMap('held'),
    metadata: { name: 'held', finalizers: ['example.dev/x'] },
  }),
  drop('its deletion', `${base}/configmaps/held`),
  patch('its release', `${base}/configmaps/held`, { metadata: { finalizers: null } }),
  get('what is left of it', `${base}/configmaps/held`),
  get('an unknown field selector', `${base}/configmaps?fieldSelector=spec.foo%3D1`),
  get('an unknown group', '/apis/unheard.example/v1/things'),
  drop('a protected namespace', '/api/v1/namespaces/default'),
]

const applySteps: Step[] = [
  patch('apply makes', `${base}/configmaps/shared?fieldManager=one`, configMap('shared', { a: '1', b: '1' }), apply),
  patch(
    'apply meets another owner',
    `${base}/configmaps/shared?fieldManager=two`,
    configMap('shared', { a: '2' }),
    apply,
  ),
  patch(
    'apply meets two',
    `${base}/configmaps/shared?fieldManager=two`,
    configMap('shared', { a: '2', b: '2' }),
    apply,
  ),
  patch(
    'apply takes by force',
    `${base}/configmaps/shared?fieldManager=two&force=true`,
    configMap('shared', { a: '2' }),
    apply,
  ),
  patch('apply gives up a field', `${base}/configmaps/shared?fieldManager=one`, configMap('shared', {}), apply),
  patch('an edit', `${base}/configmaps/shared?fieldManager=editor`, { data: { a: '9' } }),
  patch('apply meets the editor', `${base}/configmaps/shared?fieldManager=two`, configMap('shared', { a: '2' }), apply),
  patch('apply without a manager', `${base}/configmaps/shared`, configMap('shared', {}), apply),
  patch(
    'apply on a dry run',
    `${base}/configmaps/shared?fieldManager=two&force=true&dryRun=All`,
    configMap('shared', { c: '1' }),
    apply,
  ),
]

const workloadSteps: Step[] = [
  post('a deployment', apps, web.body),
  post('a deployment with an unknown field', `${apps}?fieldValidation=Strict`, deployment('strict', { replica: 2 })),
  post('a deployment that misses its pods', apps, deployment('web2', { selector: { matchLabels: { app: 'x' } } })),
  post('a deployment with nothing in it', apps, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web2' },
  }),
  post('negative replicas', apps, deployment('web2', { replicas: -1 })),
  post('replicas as text', apps, deployment('web2', { replicas: '3' })),
  patch('another selector', web.path, { spec: { selector: { matchLabels: { z: 'y' } } } }),
  patch(
    'a container more',
    web.path,
    partOfWeb({ containers: [{ name: 'side', image: 'registry.example/side:1' }] }),
    strategic,
  ),
  patch('a container less', web.path, partOfWeb({ containers: [{ name: 'side', $patch: 'delete' }] }), strategic),
  patch('apply to an unknown field', `${web.path}?fieldManager=one`, partOfWeb({ colour: 'red' }), apply),
  patch(
    'apply to a foreign image',
    `${web.path}?fieldManager=one`,
    partOfWeb({ containers: [{ name: 'main', image: 'x:2' }] }),
    apply,
  ),
  patch('negative scale', `${web.path}/scale`, { spec: { replicas: -3 } }),
  post(
    'a service',
    `${base}/services`,
    namedSame('v1', 'Service', 's', { selector: { a: 'b' }, ports: [{ port: 80 }] }),
  ),
  post(
    'a headless service',
    `${base}/services`,
    namedSame('v1', 'Service', 'h', {
      clusterIP: 'None',
      selector: { a: 'b' },
      ports: [{ port: 80, targetPort: 'http' }],
    }),
  ),
  post(
    'a service of bad ports',
    `${base}/services`,
    namedSame('v1', 'Service', 'bad', {
      ports: [
        { name: 'a', port: 0 },
        { name: 'b', port: 70000 },
      ],
    }),
  ),
  post(
    'an autoscaler',
    `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
    namedSame('autoscaling/v2', 'HorizontalPodAutoscaler', 'h', {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'absent' },
      maxReplicas: 5,
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
    }),
  ),
  post(
    'a budget',
    `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
    namedSame('policy/v1', 'PodDisruptionBudget', 'p', { minAvailable: 1, selector: { matchLabels: { a: 'b' } } }),
  ),
  post(
    'a network policy',
    `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`,
    namedSame('networking.k8s.io/v1', 'NetworkPolicy', 'n', {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { a: 'b' } } }], ports: [{ port: 8080 }] }],
      egress: [{}],
    }),
  ),
  post(
    'an ingress without rules',
    `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`,
    namedSame('networking.k8s.io/v1', 'Ingress', 'i', {}),
  ),
]

const admissionSteps: Step[] = [
  post('an account', `${base}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'runner' },
  }),
  post('a pod', `${base}/pods`, pod('one', asking({ cpu: '0.5', memory: '1024Mi' }))),
  post('a pod without containers', `${base}/pods`, pod('two', {}, { containers: [] })),
  post('a pod without an image', `${base}/pods`, pod('two', { image: '' })),
  post('requests above limits', `${base}/pods`, pod('two', asking({ cpu: '2' }, { cpu: '1' }))),
  post('no quantity', `${base}/pods`, pod('two', asking({ cpu: '1GiB' }))),
  post('a negative quantity', `${base}/pods`, pod('two', asking({ cpu: '-1' }))),
  post('a mount of nothing', `${base}/pods`, pod('two', { volumeMounts: [{ name: 'nope', mountPath: '/x' }] })),
  post('a ghost’s pod', `${base}/pods`, pod('two', {}, { serviceAccountName: 'ghost' })),
  patch('a pod that wants to change', `${base}/pods/one`, { spec: { activeDeadlineSeconds: 60 } }),
  post(
    'a quota',
    `${base}/resourcequotas`,
    namedSame('v1', 'ResourceQuota', 'q', { hard: { 'requests.cpu': '1', 'limits.cpu': '2000m' } }),
  ),
  post(
    'a quota of fractions',
    `${base}/resourcequotas`,
    namedSame('v1', 'ResourceQuota', 'f', { hard: { pods: '1.5' } }),
  ),
  {
    ...patch('used and limited', `${base}/resourcequotas/q/status`, {
      status: {
        hard: { 'requests.cpu': '1', 'limits.cpu': '2' },
        used: { 'requests.cpu': '500m', 'limits.cpu': '500m' },
      },
    }),
    until: 200,
  },
  // A dry run until it is refused: a server that does not know the quota yet would let the pod in and count it.
  {
    ...post('more than is left, on a dry run', `${base}/pods?dryRun=All`, pod('two', asking({ cpu: '600m' }))),
    until: 403,
  },
  post('more than is left', `${base}/pods`, pod('two', asking({ cpu: '600m' }))),
  post('nothing stated', `${base}/pods`, pod('two')),
  drop('the quota', `${base}/resourcequotas/q`),
  post(
    'limits',
    `${base}/limitranges`,
    namedSame('v1', 'LimitRange', 'l', {
      limits: [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '50m' }, max: { cpu: '1' } }],
    }),
  ),
  { ...post('more than the limit', `${base}/pods?dryRun=All`, pod('two', asking({ cpu: '2' }))), until: 403 },
  patch('a stricter namespace', `/api/v1/namespaces/${namespace}?fieldManager=ps`, {
    metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  }),
  { ...post('a loose pod, on a dry run', `${base}/pods?dryRun=All`, pod('two')), until: 403 },
  post('a loose pod', `${base}/pods`, pod('two')),
  post(
    'a very loose pod',
    `${base}/pods`,
    pod(
      'two',
      {
        securityContext: { runAsUser: 0, capabilities: { add: ['SYS_ADMIN'] } },
        ports: [{ containerPort: 80, hostPort: 80 }],
      },
      {
        volumes: [{ name: 'h', hostPath: { path: '/' } }],
        initContainers: [{ name: 'i', image: 'registry.example/app:1' }],
      },
    ),
  ),
  drop('a pod', `${base}/pods/one`),
]

const customSteps: Step[] = [
  { ...get('the new kind', widgets), until: 200 },
  { ...post('a widget on a dry run', `${widgets}?dryRun=All`, widget('dry', { size: 1 })), until: 201 },
  post('a widget', widgets, widget('one', { size: 3, unknown: 1 }, { status: { ready: true } })),
  post('a widget with an unknown field', `${widgets}?fieldValidation=Strict`, widget('two', { size: 3, unknown: 1 })),
  post('a widget too large', widgets, widget('two', { size: 9 })),
  post('a widget of no size', widgets, widget('two', {})),
  post('a widget of a wrong size', widgets, widget('two', { size: 'big' })),
  post('a widget of a wrong mode', widgets, widget('two', { size: 1, mode: 'odd' })),
  post('a part named twice', widgets, widget('two', { size: 1, parts: [{ name: 'a' }, { name: 'a' }] })),
  post('another kind', widgets, { ...widget('two', { size: 1 }), kind: 'Gadget' }),
  { ...post('no version', `${widgets}/one`, widget('one', { size: 4 })), method: 'PUT' },
  patch('another size', `${widgets}/one`, { spec: { size: 4 }, status: { ready: false } }),
  patch('its status', `${widgets}/one/status`, {
    spec: { size: 7 },
    status: { ready: true },
    metadata: { labels: { a: 'b' } },
  }),
  patch('a strategic patch', `${widgets}/one`, { spec: { size: 5 } }, strategic),
  patch(
    'apply makes one',
    `${widgets}/four?fieldManager=one`,
    widget('four', { size: 1, parts: [{ name: 'a', count: 1 }] }),
    apply,
  ),
  patch(
    'apply joins',
    `${widgets}/four?fieldManager=two`,
    widget('four', { size: 1, parts: [{ name: 'b', count: 1 }] }),
    apply,
  ),
  patch('apply leaves', `${widgets}/four?fieldManager=one`, widget('four', { size: 1 }), apply),
  drop('a widget', `${widgets}/one`),
]

const accessSteps: Step[] = [
  { ...get('a viewer lists', `${base}/configmaps`), as: 'viewer' },
  { ...get('a viewer asks for nodes', '/api/v1/nodes'), as: 'viewer' },
  { ...get('a viewer asks for metrics', '/metrics'), as: 'viewer' },
  post(
    'a role',
    `${rbac}/roles`,
    role('r', [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['create'] },
    ]),
  ),
  post('a role without verbs', `${rbac}/roles`, role('r3', [{ apiGroups: [''], resources: ['configmaps'] }])),
  post('its binding', `${rbac}/rolebindings`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'r' },
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [{ kind: 'User', name: 'viewer' }],
  }),
  { ...get('a viewer reads', `${base}/configmaps/shared`), as: 'viewer', until: 200 },
  {
    ...post(
      'a viewer grants more',
      `${rbac}/roles`,
      role('r2', [{ apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get'] }]),
    ),
    as: 'viewer',
  },
  patch('another role', `${rbac}/rolebindings/r`, { roleRef: { name: 'other' } }),
]

export const steps: Step[] = [
  ...objectSteps,
  ...applySteps,
  ...workloadSteps,
  ...admissionSteps,
  ...customSteps,
  ...accessSteps,
]
