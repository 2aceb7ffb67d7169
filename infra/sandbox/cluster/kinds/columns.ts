// What `kubectl get` shows. A column is a JSONPath, as custom resources write theirs, or a small function.
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

type Value = (object: KubeObject) => Json | undefined
export type Column = {
  name: string
  value: Value
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

const joined = (values: string[]) => values.filter((value) => value !== '').join(',') || '<none>'
const pairs = (labels: Json | undefined) =>
  joined(Object.entries(object(labels)).map(([key, value]) => `${key}=${value}`))
const statuses = (pod: JsonObject) => objects(at(pod, 'status', 'containerStatuses'))
const condition = (value: JsonObject, type: string) =>
  objects(at(value, 'status', 'conditions')).find((one) => one.type === type)
const containers =
  (field: string): Value =>
  (value) =>
    objects(at(value, 'spec', 'template', 'spec', 'containers'))
      .map((one) => text(one[field]))
      .join(',')
const about = (event: JsonObject) => event.involvedObject ?? event.regarding
const usage =
  (isShown: (name: string) => boolean): Value =>
  (quota) =>
    Object.entries(object(at(quota, 'status', 'hard')))
      .filter(([name]) => isShown(name))
      .map(([name, hard]) => `${name}: ${text(at(quota, 'status', 'used', name)) || '0'}/${hard}`)
      .join(', ')

function podStatus(pod: KubeObject): string {
  if (pod.metadata.deletionTimestamp) return 'Terminating'
  const reasons = statuses(pod).map(
    (one) => text(at(one, 'state', 'waiting', 'reason')) || text(at(one, 'state', 'terminated', 'reason')),
  )
  return (
    reasons.find((reason) => reason !== '') ?? (text(at(pod, 'status', 'reason')) || text(at(pod, 'status', 'phase')))
  )
}

function metricTarget(hpa: KubeObject, metric: JsonObject): string {
  const source = object(Object.values(metric).find(isObject))
  const current = objects(at(hpa, 'status', 'currentMetrics')).find(
    (one) => at(one, 'resource', 'name') === source.name,
  )
  const used = at(current, 'resource', 'current', 'averageUtilization')
  const { averageUtilization, averageValue, value } = object(source.target)
  const wanted = averageUtilization === undefined ? text(averageValue) || text(value) : `${averageUtilization}%`
  return `${text(source.name) || text(at(source, 'metric', 'name'))}: ${used === undefined ? '<unknown>' : `${used}%`}/${wanted}`
}

const computed: Record<string, Value> = {
  age: (value) => age(value.metadata.creationTimestamp),
  containers: containers('name'),
  images: containers('image'),
  selector: (value) => pairs(at(value, 'spec', 'selector', 'matchLabels') ?? at(value, 'spec', 'selector')),
  podSelector: (value) => pairs(at(value, 'spec', 'podSelector', 'matchLabels')),
  readyReplicas: (value) => `${number(at(value, 'status', 'readyReplicas'))}/${number(at(value, 'spec', 'replicas'))}`,
  podReady: (pod) =>
    `${statuses(pod).filter((one) => one.ready === true).length}/${list(at(pod, 'spec', 'containers')).length}`,
  podStatus,
  restarts: (pod) => String(statuses(pod).reduce((sum, one) => sum + number(one.restartCount), 0)),
  nodeStatus: (node) =>
    `${condition(node, 'Ready')?.status === 'True' ? 'Ready' : 'NotReady'}${at(node, 'spec', 'unschedulable') ? ',SchedulingDisabled' : ''}`,
  roles: (node) =>
    joined(
      Object.keys(object(node.metadata.labels)).map((key) => /^node-role\.kubernetes\.io\/(.+)$/.exec(key)?.[1] ?? ''),
    ),
  external: (service) =>
    text(at(service, 'spec', 'externalName')) ||
    (at(service, 'spec', 'type') === 'LoadBalancer' ? '<pending>' : '<none>'),
  ports: (service) =>
    joined(
      objects(at(service, 'spec', 'ports')).map(
        (one) => `${one.port}${one.nodePort ? `:${one.nodePort}` : ''}/${text(one.protocol)}`,
      ),
    ),
  subsets: (value) =>
    joined(
      objects(value.subsets).flatMap((set) =>
        objects(set.addresses).flatMap(({ ip }) => objects(set.ports).map(({ port }) => `${ip}:${port}`)),
      ),
    ),
  slicePorts: (slice) => joined(objects(slice.ports).map((one) => String(one.port))),
  sliceAddresses: (slice) => joined(objects(slice.endpoints).flatMap((one) => texts(one.addresses))),
  size: (value) => Object.keys({ ...object(value.data), ...object(value.binaryData) }).length,
  requests: usage((name) => !name.startsWith('limits.')),
  limits: usage((name) => name.startsWith('limits.')),
  lastSeen: (event) =>
    age(event.lastTimestamp ?? event.deprecatedLastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp),
  object: (event) => `${text(at(about(event), 'kind')).toLowerCase()}/${text(at(about(event), 'name'))}`,
  message: (event) => text(event.message) || text(event.note),
  jobStatus: (job) => (condition(job, 'Complete') ? 'Complete' : condition(job, 'Failed') ? 'Failed' : 'Running'),
  completions: (job) => `${number(at(job, 'status', 'succeeded'))}/${number(at(job, 'spec', 'completions'))}`,
  suspend: (job) => (at(job, 'spec', 'suspend') === true ? 'True' : 'False'),
  active: (job) => list(at(job, 'status', 'active')).length,
  hosts: (ingress) =>
    objects(at(ingress, 'spec', 'rules'))
      .map((one) => text(one.host) || '*')
      .join(',') || '*',
  roleRef: (binding) => `${text(at(binding, 'roleRef', 'kind'))}/${text(at(binding, 'roleRef', 'name'))}`,
  target: (hpa) =>
    `${text(at(hpa, 'spec', 'scaleTargetRef', 'kind'))}/${text(at(hpa, 'spec', 'scaleTargetRef', 'name'))}`,
  metrics: (hpa) =>
    objects(at(hpa, 'spec', 'metrics'))
      .map((metric) => metricTarget(hpa, metric))
      .join(', ') || '<none>',
  minimum: (budget) => String(at(budget, 'spec', 'minAvailable') ?? 'N/A'),
  maximum: (budget) => String(at(budget, 'spec', 'maxUnavailable') ?? 'N/A'),
}

const template = '-Containers=containers;-Images=images;-Selector=selector'

/** `Name=function`, `Name=.path` for text, `Name#.path` for a number; a dash in front keeps it for `-o wide`. */
const byKind: Record<string, string> = {
  Namespace: 'Status=.status.phase;Age=age',
  Node: 'Status=nodeStatus;Roles=roles;Age=age;Version=.status.nodeInfo.kubeletVersion',
  Pod: 'Ready=podReady;Status=podStatus;Restarts=restarts;Age=age;-IP=.status.podIP;-Node=.spec.nodeName',
  Service: 'Type=.spec.type;Cluster-IP=.spec.clusterIP;External-IP=external;Port(s)=ports;Age=age;-Selector=selector',
  Endpoints: 'Endpoints=subsets;Age=age',
  EndpointSlice: 'AddressType=.addressType;Ports=slicePorts;Endpoints=sliceAddresses;Age=age',
  ConfigMap: 'Data=size;Age=age',
  Secret: 'Type=.type;Data=size;Age=age',
  ResourceQuota: 'Request=requests;Limit=limits;Age=age',
  LimitRange: 'Created At=.metadata.creationTimestamp',
  Event: 'Last Seen=lastSeen;Type=.type;Reason=.reason;Object=object;Message=message',
  PersistentVolumeClaim:
    'Status=.status.phase;Volume=.spec.volumeName;Capacity=.status.capacity.storage;StorageClass=.spec.storageClassName;Age=age',
  Deployment: `Ready=readyReplicas;Up-to-date#.status.updatedReplicas;Available#.status.availableReplicas;Age=age;${template}`,
  ReplicaSet: `Desired#.spec.replicas;Current#.status.replicas;Ready#.status.readyReplicas;Age=age;${template}`,
  StatefulSet: 'Ready=readyReplicas;Age=age;-Containers=containers;-Images=images',
  DaemonSet: `Desired#.status.desiredNumberScheduled;Current#.status.currentNumberScheduled;Ready#.status.numberReady;Age=age;${template}`,
  Job: 'Status=jobStatus;Completions=completions;Age=age',
  CronJob: 'Schedule=.spec.schedule;Suspend=suspend;Active=active;Age=age',
  NetworkPolicy: 'Pod-Selector=podSelector;Age=age',
  Ingress: 'Class=.spec.ingressClassName;Hosts=hosts;Age=age',
  Role: 'Created At=.metadata.creationTimestamp',
  ClusterRole: 'Created At=.metadata.creationTimestamp',
  RoleBinding: 'Role=roleRef;Age=age',
  ClusterRoleBinding: 'Role=roleRef;Age=age',
  CustomResourceDefinition: 'Created At=.metadata.creationTimestamp',
  HorizontalPodAutoscaler:
    'Reference=target;Targets=metrics;MinPods#.spec.minReplicas;MaxPods#.spec.maxReplicas;Replicas#.status.currentReplicas;Age=age',
  PodDisruptionBudget:
    'Min Available=minimum;Max Unavailable=maximum;Allowed Disruptions#.status.disruptionsAllowed;Age=age',
  Lease: 'Holder=.spec.holderIdentity;Age=age',
}

function parse(source: string): Column {
  const [, wide, name = '', mark, what = ''] = /^(-?)([^=#]+)([=#])(.+)$/.exec(source) ?? []
  const read = what.startsWith('.') ? jsonPathReader(what) : computed[what]
  const value: Value = (one) => (mark === '#' ? number(read?.(one)) : (read?.(one) ?? '<none>'))
  return { name, value, type: mark === '#' ? 'integer' : 'string', priority: wide ? 1 : 0 }
}

const parsed = new Map(Object.entries(byKind).map(([kind, columns]) => [kind, columns.split(';').map(parse)]))
const ageOnly = [parse('Age=age')]

export function columnsOf(kind: Served): Column[] {
  if (kind.builtIn) return parsed.get(kind.kind) ?? ageOnly
  return kind.columns.length > 0 ? kind.columns.map(customColumn) : ageOnly
}

function customColumn({ jsonPath, type, ...rest }: CustomColumn): Column {
  const read = jsonPathReader(jsonPath)
  const value: Value = (one) => {
    const found = read(one)
    if (found === undefined) return undefined
    if (type === 'date') return age(found)
    return type === 'string' && typeof found !== 'string' ? JSON.stringify(found) : found
  }
  return { ...rest, type, value }
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
