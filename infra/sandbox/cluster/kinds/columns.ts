// What `kubectl get` shows: the columns of each kind. Custom resources bring theirs in their definition.
import {
  at,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  list,
  number,
  object,
  objects,
  text,
  texts,
} from '../json.ts'
import type { CustomColumn, Served } from './catalogue.ts'

export type Column = {
  name: string
  value: (object: KubeObject) => Json | undefined
  type?: string
  format?: string
  description?: string
  priority?: number
}

export function age(time: Json | undefined): string {
  const seconds = Math.floor((Date.now() - Date.parse(text(time))) / 1000)
  if (Number.isNaN(seconds)) return '<unknown>'
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (seconds < 120) return `${Math.max(seconds, 0)}s`
  if (minutes < 10) return seconds % 60 ? `${minutes}m${seconds % 60}s` : `${minutes}m`
  if (hours < 3) return `${minutes}m`
  if (hours < 8) return minutes % 60 ? `${hours}h${minutes % 60}m` : `${hours}h`
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`
}

const column = (name: string, ...path: string[]): Column => ({
  name,
  value: (object) => text(at(object, ...path)) || '<none>',
})
const counted = (name: string, ...path: string[]): Column => ({
  name,
  type: 'integer',
  value: (object) => number(at(object, ...path)),
})
const computed = (name: string, value: (object: KubeObject) => Json): Column => ({ name, value })
const wide = (wanted: Column): Column => ({ ...wanted, priority: 1 })
const ageColumn: Column = { name: 'Age', value: (object) => age(object.metadata.creationTimestamp) }

const pairs = (labels: Json | undefined) =>
  Object.entries(object(labels))
    .map(([key, value]) => `${key}=${value}`)
    .join(',') || '<none>'
const containers = (path: string[], field: string) => (object: KubeObject) =>
  objects(at(object, ...path, 'containers'))
    .map((container) => text(container[field]))
    .join(',')
const inTemplate = ['spec', 'template', 'spec']
const templateColumns = [
  wide(computed('Containers', containers(inTemplate, 'name'))),
  wide(computed('Images', containers(inTemplate, 'image'))),
  wide(computed('Selector', (object) => pairs(at(object, 'spec', 'selector', 'matchLabels')))),
]
const ready = (wanted: string[]) =>
  computed('Ready', (object) => `${number(at(object, 'status', 'readyReplicas'))}/${number(at(object, ...wanted))}`)

function podStatus(pod: KubeObject): string {
  const waiting = objects(at(pod, 'status', 'containerStatuses')).map(
    (status) => text(at(status, 'state', 'waiting', 'reason')) || text(at(status, 'state', 'terminated', 'reason')),
  )
  if (pod.metadata.deletionTimestamp) return 'Terminating'
  return (
    waiting.find((reason) => reason !== '') ?? (text(at(pod, 'status', 'reason')) || text(at(pod, 'status', 'phase')))
  )
}

const statuses = (pod: KubeObject) => objects(at(pod, 'status', 'containerStatuses'))

const ports = (service: KubeObject) =>
  objects(at(service, 'spec', 'ports'))
    .map((port) => `${port.port}${port.nodePort ? `:${port.nodePort}` : ''}/${text(port.protocol)}`)
    .join(',') || '<none>'

const targets = (hpa: KubeObject) =>
  objects(at(hpa, 'spec', 'metrics'))
    .map((metric) => {
      const source = object(Object.values(metric).find(isObject))
      const current = objects(at(hpa, 'status', 'currentMetrics')).find(
        (one) => at(one, 'resource', 'name') === source.name,
      )
      const used = at(current, 'resource', 'current', 'averageUtilization')
      const target = object(source.target)
      const wanted =
        target.averageUtilization === undefined
          ? text(target.averageValue) || text(target.value)
          : `${target.averageUtilization}%`
      return `${text(source.name) || text(at(source, 'metric', 'name'))}: ${used === undefined ? '<unknown>' : `${used}%`}/${wanted}`
    })
    .join(', ') || '<none>'

const roleRef = computed(
  'Role',
  (object) => `${text(at(object, 'roleRef', 'kind'))}/${text(at(object, 'roleRef', 'name'))}`,
)
const size = (field: string) =>
  computed('Data', (object) => Object.keys({ ...objectOf(object, field), ...objectOf(object, 'binaryData') }).length)
const objectOf = (value: JsonObject, field: string) => object(value[field])

const usage = (names: (name: string) => boolean) => (quota: KubeObject) =>
  Object.entries(object(at(quota, 'status', 'hard')))
    .filter(([name]) => names(name))
    .map(([name, hard]) => `${name}: ${text(at(quota, 'status', 'used', name)) || '0'}/${hard}`)
    .join(', ')

const condition = (value: JsonObject, type: string) =>
  objects(at(value, 'status', 'conditions')).find((one) => one.type === type)

const byKind: Record<string, Column[]> = {
  Namespace: [column('Status', 'status', 'phase')],
  Node: [
    computed(
      'Status',
      (node) =>
        (condition(node, 'Ready')?.status === 'True' ? 'Ready' : 'NotReady') +
        (at(node, 'spec', 'unschedulable') ? ',SchedulingDisabled' : ''),
    ),
    computed(
      'Roles',
      (node) =>
        Object.keys(object(node.metadata.labels))
          .flatMap((key) => /^node-role\.kubernetes\.io\/(.+)$/.exec(key)?.[1] ?? [])
          .join(',') || '<none>',
    ),
  ],
  Pod: [
    computed(
      'Ready',
      (pod) =>
        `${statuses(pod).filter((status) => status.ready === true).length}/${list(at(pod, 'spec', 'containers')).length}`,
    ),
    computed('Status', podStatus),
    {
      name: 'Restarts',
      value: (pod) => String(statuses(pod).reduce((sum, status) => sum + number(status.restartCount), 0)),
    },
    ageColumn,
    wide(column('IP', 'status', 'podIP')),
    wide(column('Node', 'spec', 'nodeName')),
  ],
  Service: [
    column('Type', 'spec', 'type'),
    column('Cluster-IP', 'spec', 'clusterIP'),
    computed(
      'External-IP',
      (service) =>
        text(at(service, 'spec', 'externalName')) ||
        (at(service, 'spec', 'type') === 'LoadBalancer' ? '<pending>' : '<none>'),
    ),
    computed('Port(s)', ports),
    ageColumn,
    wide(computed('Selector', (service) => pairs(at(service, 'spec', 'selector')))),
  ],
  Endpoints: [
    computed(
      'Endpoints',
      (value) =>
        objects(value.subsets)
          .flatMap((set) =>
            objects(set.addresses).flatMap((address) => objects(set.ports).map((port) => `${address.ip}:${port.port}`)),
          )
          .join(',') || '<none>',
    ),
  ],
  EndpointSlice: [
    column('AddressType', 'addressType'),
    computed(
      'Ports',
      (slice) =>
        objects(slice.ports)
          .map((port) => String(port.port))
          .join(',') || '<unset>',
    ),
    computed(
      'Endpoints',
      (slice) =>
        objects(slice.endpoints)
          .flatMap((endpoint) => texts(endpoint.addresses))
          .join(',') || '<unset>',
    ),
  ],
  ConfigMap: [size('data')],
  Secret: [column('Type', 'type'), size('data')],
  ResourceQuota: [
    ageColumn,
    computed(
      'Request',
      usage((name) => !name.startsWith('limits.')),
    ),
    computed(
      'Limit',
      usage((name) => name.startsWith('limits.')),
    ),
  ],
  LimitRange: [{ ...ageColumn, name: 'Created At', value: (range) => range.metadata.creationTimestamp }],
  Event: [
    {
      name: 'Last Seen',
      value: (event) =>
        age(
          event.lastTimestamp ?? event.deprecatedLastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp,
        ),
    },
    column('Type', 'type'),
    column('Reason', 'reason'),
    computed('Object', (event) => {
      const about = event.involvedObject ?? event.regarding
      return `${text(at(about, 'kind')).toLowerCase()}/${text(at(about, 'name'))}`
    }),
    computed('Message', (event) => text(event.message) || text(event.note)),
  ],
  PersistentVolumeClaim: [
    column('Status', 'status', 'phase'),
    column('Volume', 'spec', 'volumeName'),
    column('Capacity', 'status', 'capacity', 'storage'),
    computed('Access Modes', (claim) => texts(at(claim, 'spec', 'accessModes')).join(',')),
    column('StorageClass', 'spec', 'storageClassName'),
  ],
  Deployment: [
    ready(['spec', 'replicas']),
    counted('Up-to-date', 'status', 'updatedReplicas'),
    counted('Available', 'status', 'availableReplicas'),
    ageColumn,
    ...templateColumns,
  ],
  ReplicaSet: [
    counted('Desired', 'spec', 'replicas'),
    counted('Current', 'status', 'replicas'),
    counted('Ready', 'status', 'readyReplicas'),
    ageColumn,
    ...templateColumns,
  ],
  StatefulSet: [ready(['spec', 'replicas']), ageColumn, ...templateColumns.slice(0, 2)],
  DaemonSet: [
    counted('Desired', 'status', 'desiredNumberScheduled'),
    counted('Current', 'status', 'currentNumberScheduled'),
    counted('Ready', 'status', 'numberReady'),
    ageColumn,
  ],
  Job: [
    computed('Status', (job) =>
      condition(job, 'Complete') ? 'Complete' : condition(job, 'Failed') ? 'Failed' : 'Running',
    ),
    computed(
      'Completions',
      (job) => `${number(at(job, 'status', 'succeeded'))}/${number(at(job, 'spec', 'completions'))}`,
    ),
  ],
  CronJob: [
    column('Schedule', 'spec', 'schedule'),
    computed('Suspend', (job) => String(at(job, 'spec', 'suspend') ?? false)),
    computed('Active', (job) => list(at(job, 'status', 'active')).length),
  ],
  NetworkPolicy: [computed('Pod-Selector', (policy) => pairs(at(policy, 'spec', 'podSelector', 'matchLabels')))],
  Ingress: [
    column('Class', 'spec', 'ingressClassName'),
    computed(
      'Hosts',
      (ingress) =>
        objects(at(ingress, 'spec', 'rules'))
          .map((one) => text(one.host) || '*')
          .join(',') || '*',
    ),
  ],
  RoleBinding: [roleRef],
  ClusterRoleBinding: [roleRef],
  Role: [computed('Created At', (role) => text(role.metadata.creationTimestamp))],
  ClusterRole: [computed('Created At', (role) => text(role.metadata.creationTimestamp))],
  CustomResourceDefinition: [computed('Created At', (crd) => text(crd.metadata.creationTimestamp))],
  HorizontalPodAutoscaler: [
    computed(
      'Reference',
      (hpa) => `${text(at(hpa, 'spec', 'scaleTargetRef', 'kind'))}/${text(at(hpa, 'spec', 'scaleTargetRef', 'name'))}`,
    ),
    computed('Targets', targets),
    counted('MinPods', 'spec', 'minReplicas'),
    counted('MaxPods', 'spec', 'maxReplicas'),
    counted('Replicas', 'status', 'currentReplicas'),
  ],
  PodDisruptionBudget: [
    computed('Min Available', (pdb) => String(at(pdb, 'spec', 'minAvailable') ?? 'N/A')),
    computed('Max Unavailable', (pdb) => String(at(pdb, 'spec', 'maxUnavailable') ?? 'N/A')),
    counted('Allowed Disruptions', 'status', 'disruptionsAllowed'),
  ],
  Lease: [column('Holder', 'spec', 'holderIdentity')],
}

const withoutAge = new Set(['LimitRange', 'Event', 'Role', 'ClusterRole', 'CustomResourceDefinition'])

export function columnsOf(kind: Served): Column[] {
  if (!kind.builtIn) return kind.columns.length > 0 ? kind.columns.map(customColumn) : [ageColumn]
  const own = byKind[kind.kind] ?? []
  return own.includes(ageColumn) || withoutAge.has(kind.kind) ? own : [...own, ageColumn]
}

function customColumn({ name, type, format, description, priority, jsonPath }: CustomColumn): Column {
  const read = jsonPathReader(jsonPath)
  const value = (object: KubeObject): Json | undefined => {
    const found = read(object)
    if (found === undefined) return undefined
    if (type === 'date') return age(found)
    return type === 'string' && typeof found !== 'string' ? JSON.stringify(found) : found
  }
  return { name, type, format, description, priority, value }
}

/** The simple paths that printer columns use: `.a.b`, `.a["b"]`, `.a[0]`, `.a[?(@.type=="Ready")].status`. */
export function jsonPathReader(path: string): (value: JsonObject) => Json | undefined {
  const steps = [
    ...path.matchAll(
      /\.((?:\\.|[^.[\]\\])+)|\[['"]([^'"]+)['"]\]|\[(\d+)\]|\[\?\(@\.([\w.]+)\s*==\s*['"]([^'"]*)['"]\)\]/g,
    ),
  ]
  return (value) => {
    let here: Json | undefined = value
    for (const [, field, quoted, index, filter, wanted] of steps) {
      if (filter !== undefined) here = objects(here).find((item) => at(item, ...filter.split('.')) === wanted)
      else if (index !== undefined) here = list(here)[Number(index)]
      else here = at(here, (field ?? quoted ?? '').replaceAll('\\.', '.'))
    }
    return here
  }
}
