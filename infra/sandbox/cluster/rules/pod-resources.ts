import { at, type JsonObject, object, objects } from '../json.ts'
import { add, formatQuantity, maximum, parseQuantity, type Quantity } from './quantity.ts'

type Amounts = Map<string, Quantity>

function sum(
  containers: JsonObject[],
  part: string,
  join: (known: Quantity | undefined, more: Quantity) => Quantity,
): Amounts {
  const total: Amounts = new Map()
  for (const container of containers) {
    for (const [name, value] of Object.entries(object(at(container, 'resources', part)))) {
      const quantity = parseQuantity(value)
      if (quantity) total.set(name, join(total.get(name), quantity))
    }
  }
  return total
}

/** What a pod asks for as a whole: its containers together, or its hungriest init container if that is more. */
function total(pod: JsonObject, part: 'requests' | 'limits'): Amounts {
  const amounts = sum(objects(at(pod, 'spec', 'containers')), part, add)
  for (const [name, quantity] of sum(objects(at(pod, 'spec', 'initContainers')), part, maximum)) {
    amounts.set(name, maximum(amounts.get(name), quantity))
  }
  for (const [name, value] of Object.entries(object(at(pod, 'spec', 'overhead')))) {
    const quantity = parseQuantity(value)
    if (quantity && (part === 'requests' || amounts.has(name))) amounts.set(name, add(amounts.get(name), quantity))
  }
  return amounts
}

const written = (amounts: Amounts): JsonObject =>
  Object.fromEntries([...amounts].map(([name, quantity]) => [name, formatQuantity(quantity)]))

export const podTotals = (pod: JsonObject): { requests: JsonObject; limits: JsonObject } => ({
  requests: written(total(pod, 'requests')),
  limits: written(total(pod, 'limits')),
})

export function qosClass(pod: JsonObject): string {
  const containers = [...objects(at(pod, 'spec', 'containers')), ...objects(at(pod, 'spec', 'initContainers'))]
  const part = (container: JsonObject, name: string) => object(at(container, 'resources', name))
  if (containers.every((one) => Object.keys({ ...part(one, 'requests'), ...part(one, 'limits') }).length === 0))
    return 'BestEffort'
  const isGuaranteed = containers.every((one) =>
    ['cpu', 'memory'].every((name) => {
      const limit = parseQuantity(part(one, 'limits')[name])
      return limit !== undefined && limit.nano === parseQuantity(part(one, 'requests')[name])?.nano
    }),
  )
  return isGuaranteed ? 'Guaranteed' : 'Burstable'
}
