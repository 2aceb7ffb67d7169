import type { Call } from '../call.ts'
import { forbidden } from '../http/status.ts'
import { at, ensure, type JsonObject, type KubeObject, nameOf, object, objects, text } from '../json.ts'
import { podTotals } from '../rules/pod-resources.ts'
import { parseQuantity, type Quantity } from '../rules/quantity.ts'

const itemsOf = ({ cluster, info }: Call): JsonObject[] =>
  cluster.store.list('/limitranges', `${info.namespace}/`).flatMap((range) => objects(at(range, 'spec', 'limits')))

/** Fills in the namespace's default requests and limits, and notes in an annotation what was filled in. */
export function defaultLimits(call: Call, pod: KubeObject): void {
  const notes: string[] = []
  const items = itemsOf(call).filter((item) => item.type === 'Container')
  const limits = Object.assign({}, ...items.map((item) => object(item.default)))
  const requests = Object.assign({}, ...items.map((item) => object(item.defaultRequest)))
  for (const [field, label] of [
    ['containers', 'container'],
    ['initContainers', 'init container'],
  ] as const) {
    for (const container of objects(at(pod, 'spec', field))) {
      const added = (part: 'requests' | 'limits', defaults: JsonObject) => {
        const resources = ensure(container, 'resources')
        const own = object(resources[part])
        const names = Object.keys(defaults)
          .filter((name) => own[name] === undefined)
          .sort()
        if (names.length === 0) return
        resources[part] = { ...defaults, ...own }
        notes.push(`${names.join(', ')} ${part.slice(0, -1)} for ${label} ${text(container.name)}`)
      }
      added('requests', requests)
      added('limits', limits)
    }
  }
  if (notes.length > 0)
    ensure(pod, 'metadata', 'annotations')['kubernetes.io/limit-ranger'] = `LimitRanger plugin set: ${notes.join('; ')}`
}

type Subject = { type: string; requests: JsonObject; limits: JsonObject }

export function checkLimits(call: Call, value: KubeObject): void {
  const errors = itemsOf(call).flatMap((item) =>
    subjectsOf(call, value)
      .filter((subject) => subject.type === item.type)
      .flatMap((subject) => [...lowest(item, subject), ...highest(item, subject), ...ratio(item, subject)]),
  )
  if (errors.length === 0) return
  throw forbidden(call.kind, nameOf(value), errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`)
}

function subjectsOf({ kind }: Call, value: KubeObject): Subject[] {
  const resourcesOf = (owner: JsonObject) => ({
    requests: object(at(owner, 'resources', 'requests')),
    limits: object(at(owner, 'resources', 'limits')),
  })
  if (kind.storage !== '/pods') return [{ type: 'PersistentVolumeClaim', ...resourcesOf(object(value.spec)) }]
  const containers = [...objects(at(value, 'spec', 'containers')), ...objects(at(value, 'spec', 'initContainers'))]
  return [
    ...containers.map((container) => ({ type: 'Container', ...resourcesOf(container) })),
    { type: 'Pod', ...podTotals(value) },
  ]
}

const amount = (values: JsonObject, name: string): Quantity | undefined => parseQuantity(values[name])

function lowest({ min }: JsonObject, { type, requests, limits }: Subject): string[] {
  return Object.entries(object(min)).flatMap(([name, enforced]) => {
    const floor = parseQuantity(enforced)?.nano ?? 0n
    const request = amount(requests, name)
    const limit = amount(limits, name)
    const rule = `minimum ${name} usage per ${type} is ${enforced}`
    if (!request) return [`${rule}.  No request is specified`]
    if (request.nano < floor) return [`${rule}, but request is ${requests[name]}`]
    return limit && limit.nano < floor ? [`${rule}, but limit is ${limits[name]}`] : []
  })
}

function highest({ max }: JsonObject, { type, requests, limits }: Subject): string[] {
  return Object.entries(object(max)).flatMap(([name, enforced]) => {
    const ceiling = parseQuantity(enforced)?.nano ?? 0n
    const request = amount(requests, name)
    const limit = amount(limits, name)
    const rule = `maximum ${name} usage per ${type} is ${enforced}`
    if (type === 'PersistentVolumeClaim')
      return request && request.nano > ceiling ? [`${rule}, but request is ${requests[name]}`] : []
    if (!limit) return [`${rule}.  No limit is specified`]
    if (limit.nano > ceiling) return [`${rule}, but limit is ${limits[name]}`]
    return request && request.nano > ceiling ? [`${rule}, but request is ${requests[name]}`] : []
  })
}

function ratio({ maxLimitRequestRatio }: JsonObject, { type, requests, limits }: Subject): string[] {
  return Object.entries(object(maxLimitRequestRatio)).flatMap(([name, enforced]) => {
    const rule = `${name} max limit to request ratio per ${type} is ${enforced}, but`
    const request = amount(requests, name)
    const limit = amount(limits, name)
    if (!request || request.nano === 0n) return [`${rule} no request is specified or request is 0`]
    if (!limit || limit.nano === 0n) return [`${rule} no limit is specified or limit is 0`]
    const observed = Number(limit.nano) / Number(request.nano)
    return observed > Number(parseQuantity(enforced)?.nano ?? 0n) / 1e9
      ? [`${rule} provided ratio is ${observed.toFixed(6)}`]
      : []
  })
}
