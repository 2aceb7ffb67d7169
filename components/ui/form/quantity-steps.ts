import { formatBytes, formatCpu, gibibyte, parseBytes, parseCpu } from '#server/contracts/quantity.ts'

type Kind = 'cpu' | 'memory' | 'storage'

/** A bare number of memory or storage means GiB; spaces and a spelled-out unit are forgiven. */
export function withUnit(resource: Kind, typed: string): string {
  const text = typed.replaceAll(/\s+/g, '').replace(/([KMGTP]i)B$/i, '$1')
  if (resource === 'cpu' || !/^[0-9]+(\.[0-9]{1,3})?$/.test(text)) return text
  return `${text}Gi`
}

/** One step up or down, never below zero; null when the text is not an amount. */
export function stepQuantity(resource: Kind, typed: string, steps: number): string | null {
  const text = withUnit(resource, typed)
  const amount = resource === 'cpu' ? parseCpu(text) : parseBytes(text)
  if (amount === undefined) return null
  const size = resource === 'cpu' ? (amount < 1000 ? 100 : 1000) : gibibyte
  const next = Math.max(0, amount + steps * size)
  if (resource === 'cpu') return formatCpu(next)
  return next === 0 ? '0Gi' : formatBytes(next)
}
