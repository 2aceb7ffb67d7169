// What only the server decides about its own kinds: addresses, phases, generated selectors.
import type { Call } from '../call.ts'
import { invalid, invalidValue } from '../http/status.ts'
import { at, clone, ensure, type JsonObject, type KubeObject, nameOf, object, objects, text } from '../json.ts'
import { qosClass } from './pod-resources.ts'

type Prepare = (call: Call, value: KubeObject, live: KubeObject | undefined) => void

const namespace: Prepare = ({ info }, value, live) => {
  if (!live) {
    ensure(value, 'spec').finalizers ??= ['kubernetes']
    value.status = { phase: 'Active' }
  } else if (info.subresource !== 'finalize') value.spec = clone(live.spec)
}

const evictAfter = (condition: string): JsonObject => ({
  key: `node.kubernetes.io/${condition}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
})

const pod: Prepare = (_call, value, live) => {
  if (live) return
  const spec = ensure(value, 'spec')
  spec.priority ??= 0
  spec.preemptionPolicy ??= 'PreemptLowerPriority'
  const tolerations = objects(spec.tolerations)
  const added = ['not-ready', 'unreachable']
    .map(evictAfter)
    .filter((one) => !tolerations.some((known) => known.key === one.key))
  spec.tolerations = [...tolerations, ...added]
  value.status = { phase: 'Pending', qosClass: qosClass(value) }
}

const firstAddress = 10 * 2 ** 24 + 96 * 2 ** 16 + 10
const toAddress = (index: number) => [24, 16, 8, 0].map((shift) => (index >>> shift) & 255).join('.')

/** The next free one, going round from the revision, so that an address is not used again at once. */
function free<T>(count: number, start: number, make: (index: number) => T, taken: Set<T>): T | undefined {
  for (let step = 0; step < count; step++) {
    const candidate = make((start + step) % count)
    if (!taken.has(candidate)) return candidate
  }
  return undefined
}

const service: Prepare = ({ cluster, kind }, value, live) => {
  const spec = ensure(value, 'spec')
  if (spec.type === 'ExternalName') return
  const services = cluster.store.list('/services').filter((one) => one.metadata.uid !== value.metadata.uid)
  if (live && !text(spec.clusterIP)) spec.clusterIP = at(live, 'spec', 'clusterIP')
  const addresses = new Set(services.map((one) => text(at(one, 'spec', 'clusterIP'))))
  spec.clusterIP ??= free(4000, cluster.store.revision, (index) => toAddress(firstAddress + index), addresses)
  if (!live && spec.clusterIP !== 'None' && addresses.has(text(spec.clusterIP))) {
    throw invalid(kind, nameOf(value), [
      invalidValue(
        'spec.clusterIPs',
        [spec.clusterIP ?? ''],
        `failed to allocate IP ${spec.clusterIP}: provided IP is already allocated`,
      ),
    ])
  }
  spec.clusterIPs = [spec.clusterIP ?? '']
  spec.ipFamilies ??= ['IPv4']
  spec.ipFamilyPolicy ??= 'SingleStack'
  if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') {
    for (const port of objects(spec.ports)) delete port.nodePort
    return
  }
  const taken = new Set(services.flatMap((one) => objects(at(one, 'spec', 'ports')).map((port) => port.nodePort)))
  for (const port of objects(spec.ports)) {
    const before = objects(at(live, 'spec', 'ports')).find(
      (one) => one.port === port.port && one.protocol === port.protocol,
    )
    port.nodePort ??= before?.nodePort ?? free(2768, cluster.store.revision, (index) => 30000 + index, taken)
    taken.add(port.nodePort)
  }
}

const job: Prepare = (_call, value, live) => {
  const spec = ensure(value, 'spec')
  if (live) {
    spec.selector ??= clone(at(live, 'spec', 'selector'))
    return
  }
  if (spec.manualSelector === true) return
  const uid = text(value.metadata.uid)
  const labels = ensure(spec, 'template', 'metadata', 'labels')
  Object.assign(labels, {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': nameOf(value),
    'controller-uid': uid,
    'job-name': nameOf(value),
  })
  spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }
}

const pending =
  (phase: string): Prepare =>
  (_call, value, live) => {
    if (!live) value.status = { phase }
  }

const labelled: Prepare = (_call, value) => {
  const labels: JsonObject = object(at(value, 'spec', 'template', 'metadata', 'labels'))
  if (Object.keys(object(value.metadata.labels)).length === 0 && Object.keys(labels).length > 0)
    value.metadata.labels = clone(labels)
}

/** What Kubernetes shows as the status of an object nobody has reported on yet. */
const emptyStatus: Record<string, JsonObject> = {
  '/services': { loadBalancer: {} },
  '/resourcequotas': {},
  'apps/deployments': {},
  'apps/replicasets': { replicas: 0 },
  'apps/statefulsets': { replicas: 0, availableReplicas: 0 },
  'apps/daemonsets': { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  'batch/jobs': {},
  'batch/cronjobs': {},
  'networking.k8s.io/ingresses': { loadBalancer: {} },
  'policy/poddisruptionbudgets': { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  'autoscaling/horizontalpodautoscalers': { currentMetrics: null, desiredReplicas: 0 },
}

export function prepareKind(call: Call, value: KubeObject, live: KubeObject | undefined): void {
  prepareByStorage[call.kind.storage]?.(call, value, live)
  const status = emptyStatus[call.kind.storage]
  if (!live && status) value.status ??= clone(status)
}

const prepareByStorage: Record<string, Prepare> = {
  '/namespaces': namespace,
  '/pods': pod,
  '/services': service,
  '/persistentvolumeclaims': pending('Pending'),
  '/persistentvolumes': pending('Pending'),
  'batch/jobs': (call, value, live) => {
    job(call, value, live)
    labelled(call, value, live)
  },
}
