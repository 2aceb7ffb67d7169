import { gibibyte, type Resource } from '#server/contracts/quantity.ts'

export const resourceTitles: Record<Resource, string> = { cpu: 'CPU', memory: 'Memory', gpu: 'GPU', storage: 'Storage' }

const upTo = (digits: number, value: number) =>
  new Intl.NumberFormat('en-US', { maximumFractionDigits: digits, useGrouping: true }).format(value)

/** Cores, whole where they are whole: 8, 0.4, 19.5. */
const cores = (milli: number) => upTo(2, milli / 1000)

export function bytesInWords(bytes: number): string {
  const size = Math.abs(bytes)
  if (size >= 1024 * gibibyte) return `${upTo(1, bytes / (1024 * gibibyte))} TiB`
  if (size >= gibibyte || size === 0) return `${upTo(1, bytes / gibibyte)} GiB`
  if (size >= 2 ** 20) return `${upTo(0, bytes / 2 ** 20)} MiB`
  return `${upTo(0, bytes / 1024)} KiB`
}

/** The size of a file, where small ones are common. */
export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  return bytesInWords(bytes)
}

/** One amount with its unit, as people read it. */
export function amountInWords(resource: Resource, amount: number): string {
  if (resource === 'cpu') return cores(amount)
  if (resource === 'gpu') return upTo(0, amount)
  return bytesInWords(amount)
}

/** "19 of 20", "33 of 64 GiB": the unit once, when both have it. */
export function usedOfLimit(resource: Resource, used: number, limit: number): string {
  const left = amountInWords(resource, used)
  const right = amountInWords(resource, limit)
  const [number, unit] = left.split(' ')
  return unit && right.endsWith(` ${unit}`) ? `${number} of ${right}` : `${left} of ${right}`
}

export const dollars = (amount: number) =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 }).format(
    Math.abs(amount) < 0.5 ? 0 : amount,
  )

/** A change of the monthly cost: "+ $97", "− $26", or a dash when nothing changes. */
export function costDelta(amount: number): string {
  if (Math.abs(amount) < 0.5) return '–'
  return `${amount > 0 ? '+' : '−'} ${dollars(Math.abs(amount))}`
}

/** A share as a percentage that keeps small values readable: 0.02 %, 81.4 %, 100 %. */
export function percent(share: number, digits = 1): string {
  const value = share * 100
  if (value !== 0 && Math.abs(value) < 1) return `${upTo(2, value)} %`
  return `${upTo(digits, value)} %`
}

/** Seconds as milliseconds, or as seconds once they are long. */
export function latency(seconds: number): string {
  return seconds >= 1 ? `${upTo(2, seconds)} s` : `${upTo(seconds < 0.01 ? 1 : 0, seconds * 1000)} ms`
}

export const rate = (perSecond: number) => upTo(perSecond < 10 ? (perSecond < 1 ? 2 : 1) : 0, perSecond)
