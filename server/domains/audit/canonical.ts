/** One spelling for a value, whatever order its keys were written in, so that a hash of it can be checked years later. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const secretName =
  /pass(word|phrase)?$|secret|(^|[^a-z])token$|accesstoken|idtoken|refreshtoken|apikey|api_key|private_?key|authorization|credential|cookie/i
const secretValue =
  /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|modelyard_[A-Za-z0-9_]{20,}|AKIA[0-9A-Z]{16})\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g

export const redacted = '[redacted]'

/** A copy fit for storing as JSON: without what is secret, with big integers and dates as text. */
export function presentable(value: unknown, depth = 0): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value.replace(secretValue, redacted).replaceAll('\u0000', '').toWellFormed()
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'boolean') return value
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return value.toISOString()
  if (depth > 20 || typeof value !== 'object') return String(value)
  if (value instanceof Map) return presentable(Object.fromEntries(value), depth)
  if (Array.isArray(value)) return value.map((each) => presentable(each, depth + 1))
  const copy: { [key: string]: Json } = {}
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== undefined) copy[key] = secretName.test(key) ? redacted : presentable(inner, depth + 1)
  }
  return copy
}

export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const parts = Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
    return `{${parts.join(',')}}`
  }
  return JSON.stringify(value)
}
