// The kinds this server knows without a CustomResourceDefinition. Anything else answers 501 or waits for its CRD.
export type Kind = {
  group: string
  version: string
  kind: string
  plural: string
  singular: string
  shortNames: string[]
  categories: string[]
  namespaced: boolean
  /** Sub-resources with storage semantics; pods/log, pods/eviction and token are routes of their own. */
  status: boolean
  scale: boolean
  /** Reviews are answered, never stored: only `create` exists. */
  createOnly: boolean
  builtIn: boolean
}

type Options = Partial<Pick<Kind, 'shortNames' | 'categories' | 'status' | 'scale' | 'createOnly'>> & {
  plural?: string
}

const define =
  (group: string, version: string, namespaced: boolean) =>
  (kind: string, options: Options = {}): Kind => ({
    group,
    version,
    kind,
    namespaced,
    plural: options.plural ?? `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    shortNames: options.shortNames ?? [],
    categories: options.categories ?? [],
    status: options.status ?? false,
    scale: options.scale ?? false,
    createOnly: options.createOnly ?? false,
    builtIn: true,
  })

const inCore = define('', 'v1', true)
const core = define('', 'v1', false)
const apps = define('apps', 'v1', true)
const batch = define('batch', 'v1', true)
const networking = define('networking.k8s.io', 'v1', true)
const rbac = define('rbac.authorization.k8s.io', 'v1', true)
const clusterRbac = define('rbac.authorization.k8s.io', 'v1', false)
const authorization = define('authorization.k8s.io', 'v1', false)
const authentication = define('authentication.k8s.io', 'v1', false)
const all = ['all']

export const builtInKinds: Kind[] = [
  core('Namespace', { shortNames: ['ns'], status: true }),
  core('Node', { shortNames: ['no'], status: true }),
  core('PersistentVolume', { shortNames: ['pv'], status: true }),
  inCore('Pod', { shortNames: ['po'], categories: all, status: true }),
  inCore('Service', { shortNames: ['svc'], categories: all, status: true }),
  inCore('Endpoints', { plural: 'endpoints', shortNames: ['ep'] }),
  inCore('ConfigMap', { shortNames: ['cm'] }),
  inCore('Secret'),
  inCore('ServiceAccount', { shortNames: ['sa'] }),
  inCore('ResourceQuota', { shortNames: ['quota'], status: true }),
  inCore('LimitRange', { shortNames: ['limits'] }),
  inCore('Event', { shortNames: ['ev'] }),
  inCore('PersistentVolumeClaim', { shortNames: ['pvc'], status: true }),
  inCore('ReplicationController', { shortNames: ['rc'], categories: all, status: true, scale: true }),
  apps('Deployment', { shortNames: ['deploy'], categories: all, status: true, scale: true }),
  apps('ReplicaSet', { shortNames: ['rs'], categories: all, status: true, scale: true }),
  apps('StatefulSet', { shortNames: ['sts'], categories: all, status: true, scale: true }),
  apps('DaemonSet', { shortNames: ['ds'], categories: all, status: true }),
  apps('ControllerRevision'),
  batch('Job', { categories: all, status: true }),
  batch('CronJob', { shortNames: ['cj'], categories: all, status: true }),
  networking('NetworkPolicy', { plural: 'networkpolicies', shortNames: ['netpol'] }),
  networking('Ingress', { plural: 'ingresses', shortNames: ['ing'], status: true }),
  define('networking.k8s.io', 'v1', false)('IngressClass', { plural: 'ingressclasses' }),
  define('discovery.k8s.io', 'v1', true)('EndpointSlice'),
  rbac('Role'),
  rbac('RoleBinding'),
  clusterRbac('ClusterRole'),
  clusterRbac('ClusterRoleBinding'),
  define('autoscaling', 'v2', true)('HorizontalPodAutoscaler', { shortNames: ['hpa'], categories: all, status: true }),
  define('policy', 'v1', true)('PodDisruptionBudget', { shortNames: ['pdb'], status: true }),
  define('coordination.k8s.io', 'v1', true)('Lease'),
  define('events.k8s.io', 'v1', true)('Event', { shortNames: ['ev'] }),
  define('storage.k8s.io', 'v1', false)('StorageClass', { plural: 'storageclasses', shortNames: ['sc'] }),
  define('scheduling.k8s.io', 'v1', false)('PriorityClass', { plural: 'priorityclasses', shortNames: ['pc'] }),
  define(
    'apiextensions.k8s.io',
    'v1',
    false,
  )('CustomResourceDefinition', {
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    status: true,
  }),
  authorization('SelfSubjectAccessReview', { createOnly: true }),
  authorization('SelfSubjectRulesReview', { createOnly: true }),
  authorization('SubjectAccessReview', { createOnly: true }),
  define('authorization.k8s.io', 'v1', true)('LocalSubjectAccessReview', { createOnly: true }),
  authentication('TokenReview', { createOnly: true }),
  authentication('SelfSubjectReview', { createOnly: true }),
]
