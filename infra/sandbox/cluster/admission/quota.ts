// ResourceQuota: what an object uses, whether the namespace has it, and the count kept in the quota's status. A quota
// counts only once a controller has put its limits into status.hard, as on every cluster.
import type { Call } from '../call.ts'
import { forbidden, qualified } from '../http/status.ts'
import { at, type JsonObject, type KubeObject, nameOf, object, objects, text, texts } from '../json.ts'
import type { Served } from '../kinds/catalogue.ts'
import { podTotals, qosClass } from '../rules/pod-resources.ts'
import { add, formatQuantity, ofCount, parseQuantity, type Quantity, subtract } from '../rules/quantity.ts'

type Usage = Map<string, Quantity>

/** Compute resources that every container must state when a quota limits them. */
const mustState = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']
const counted = [
  'pods',
  'services',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
]

const isOver = (pod: JsonObject) => ['Succeeded', 'Failed'].includes(text(at(pod, 'status', 'phase')))

/** The quota controller counts with the same function, so that the two never disagree. */
type Counted = Pick<Served, 'group' | 'kind' | 'plural' | 'storage'>

export function usageOf(kind: Counted, value: KubeObject): Usage {
  const usage: Usage = new Map([[`count/${qualified(kind)}`, ofCount(1)]])
  if (kind.group === '' && counted.includes(kind.plural)) usage.set(kind.plural, ofCount(1))
  const put = (name: string, amount: Quantity | undefined) => amount && usage.set(name, amount)
  if (kind.storage === '/pods') {
    if (isOver(value)) return new Map([[`count/${qualified(kind)}`, ofCount(1)]])
    const { requests, limits } = podTotals(value)
    for (const [name, amount] of Object.entries(requests)) {
      put(`requests.${name}`, parseQuantity(amount))
      if (['cpu', 'memory', 'ephemeral-storage'].includes(name)) put(name, parseQuantity(amount))
    }
    for (const [name, amount] of Object.entries(limits)) put(`limits.${name}`, parseQuantity(amount))
  } else if (kind.storage === '/services') {
    const type = text(at(value, 'spec', 'type'))
    const ports = objects(at(value, 'spec', 'ports')).length
    if (type === 'LoadBalancer') put('services.loadbalancers', ofCount(1))
    if (type === 'LoadBalancer' || type === 'NodePort') put('services.nodeports', ofCount(ports))
  } else if (kind.storage === '/persistentvolumeclaims') {
    const storage = parseQuantity(at(value, 'spec', 'resources', 'requests', 'storage'))
    const storageClass = text(at(value, 'spec', 'storageClassName'))
    put('requests.storage', storage)
    if (storageClass) {
      put(`${storageClass}.storageclass.storage.k8s.io/requests.storage`, storage)
      put(`${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`, ofCount(1))
    }
  }
  return usage
}

export function inScope(quota: KubeObject, kind: Counted, value: KubeObject): boolean {
  return texts(at(quota, 'spec', 'scopes')).every((scope) => {
    if (kind.storage !== '/pods') return false
    const isShort = at(value, 'spec', 'activeDeadlineSeconds') !== undefined
    const isBestEffort = qosClass(value) === 'BestEffort'
    return scope === 'Terminating'
      ? isShort
      : scope === 'NotTerminating'
        ? !isShort
        : scope === 'BestEffort'
          ? isBestEffort
          : !isBestEffort
  })
}

function unstated(names: string[], pod: KubeObject): string | undefined {
  const containers = [...objects(at(pod, 'spec', 'containers')), ...objects(at(pod, 'spec', 'initContainers'))]
  const parts = names
    .filter((name) => mustState.includes(name))
    .sort()
    .flatMap((name) => {
      const [part, resource] = name.startsWith('limits.')
        ? ['limits', name.slice(7)]
        : ['requests', name.replace('requests.', '')]
      const silent = containers.filter((one) => at(one, 'resources', part ?? '', resource ?? '') === undefined)
      const who = [...new Set(silent.map((one) => text(one.name)))].sort()
      return who.length > 0 ? [`${name} for: ${who.join(',')}`] : []
    })
  return parts.length > 0 ? `must specify ${parts.join('; ')}` : undefined
}

const shown = (names: string[], amounts: JsonObject) =>
  names.map((name) => `${name}=${text(amounts[name]) || '0'}`).join(',')

/** Refuses what no longer fits; the answer writes the new usage down once the object is about to be stored. */
export function settleQuota(call: Call, value: KubeObject, live: KubeObject | undefined): () => void {
  const { cluster, kind, info } = call
  if (!kind.namespaced || kind.storage === '/events') return () => {}
  const writes: (() => void)[] = []
  const usage = usageOf(kind, value)
  const before: Usage = live ? usageOf(kind, live) : new Map()
  for (const quota of cluster.store.list('/resourcequotas', `${info.namespace}/`)) {
    if (!inScope(quota, kind, value)) continue
    const hard = object(at(quota, 'status', 'hard'))
    const used = object(at(quota, 'status', 'used'))
    const silent = kind.storage === '/pods' && !live ? unstated(Object.keys(hard), value) : undefined
    if (silent) throw forbidden(kind, nameOf(value), `failed quota: ${nameOf(quota)}: ${silent}`)

    const requested: JsonObject = {}
    const next: JsonObject = {}
    for (const name of Object.keys(hard)) {
      const amount = usage.get(name)
      const earlier = before.get(name)
      const delta = amount && earlier ? subtract(amount, earlier) : amount
      if (!delta || delta.nano <= 0n) continue
      requested[name] = formatQuantity(delta)
      next[name] = formatQuantity(add(parseQuantity(used[name]), delta))
    }
    const names = Object.keys(requested).sort()
    if (names.length === 0) continue
    const unknown = names.filter((name) => used[name] === undefined)
    if (unknown.length > 0)
      throw forbidden(
        kind,
        nameOf(value),
        `status unknown for quota: ${nameOf(quota)}, resources: ${unknown.join(',')}`,
      )
    const exceeded = names.filter(
      (name) => (parseQuantity(next[name])?.nano ?? 0n) > (parseQuantity(hard[name])?.nano ?? 0n),
    )
    if (exceeded.length > 0) {
      const figures = `requested: ${shown(exceeded, requested)}, used: ${shown(exceeded, used)}, limited: ${shown(exceeded, hard)}`
      throw forbidden(kind, nameOf(value), `exceeded quota: ${nameOf(quota)}, ${figures}`)
    }
    const status = { ...object(quota.status), used: { ...used, ...next } }
    writes.push(() => cluster.store.put('/resourcequotas', `${info.namespace}/${nameOf(quota)}`, { ...quota, status }))
  }
  return () => {
    for (const write of writes) write()
  }
}
