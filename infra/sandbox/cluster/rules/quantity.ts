// Kubernetes' quantities, exactly: thousandths of thousandths of thousandths, and the way each was written.
import type { Json } from '../json.ts'

export type Quantity = { nano: bigint; form: 'decimal' | 'binary' | 'exponent' }

const decimal: [string, bigint][] = [
  ['E', 10n ** 27n],
  ['P', 10n ** 24n],
  ['T', 10n ** 21n],
  ['G', 10n ** 18n],
  ['M', 10n ** 15n],
  ['k', 10n ** 12n],
  ['', 10n ** 9n],
  ['m', 10n ** 6n],
  ['u', 10n ** 3n],
  ['n', 1n],
]
const binary: [string, bigint][] = ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'].map((suffix, index) => [
  suffix,
  1024n ** BigInt(6 - index) * 10n ** 9n,
])
const units = new Map([...decimal, ...binary])
const largest = (2n ** 63n - 1n) * 10n ** 9n

export const quantityPattern =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

export function parseQuantity(source: Json | undefined): Quantity | undefined {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3})|([EPTGMk]|[munEPTGMK]i?|))$/.exec(String(source ?? ''))
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = found ?? []
  const unit = units.get(suffix)
  if (!found || unit === undefined || (whole === '' && fraction === '')) return undefined
  const digits = BigInt(`${whole}${fraction}`)
  const places = fraction.length - Number(exponent ?? 0)
  const exact = digits * unit
  const nano = places >= 0 ? ceilDivide(exact, 10n ** BigInt(places)) : exact * 10n ** BigInt(-places)
  const bounded = nano > largest ? largest : nano
  const form = exponent !== undefined ? 'exponent' : suffix.endsWith('i') ? 'binary' : 'decimal'
  return { nano: sign === '-' ? -bounded : bounded, form }
}

const ceilDivide = (a: bigint, b: bigint) => (a + b - 1n) / b

/** The one spelling Kubernetes stores: the largest unit that needs no fraction. */
export function formatQuantity({ nano, form }: Quantity): string {
  if (nano === 0n) return '0'
  const isWhole = nano % 10n ** 9n === 0n
  const absolute = nano < 0n ? -nano : nano
  if (form === 'binary' && isWhole && absolute >= 1024n * 10n ** 9n) {
    const [suffix, unit] = binary.find(([, size]) => nano % size === 0n) ?? ['', 10n ** 9n]
    return `${nano / unit}${suffix}`
  }
  const [suffix, unit] = decimal.find(([, size]) => nano % size === 0n) ?? ['n', 1n]
  if (form !== 'exponent') return `${nano / unit}${suffix}`
  const power = unit.toString().length - 10
  return power === 0 ? `${nano / unit}` : `${nano / unit}e${power}`
}

export const add = (a: Quantity | undefined, b: Quantity): Quantity =>
  a === undefined ? b : { nano: a.nano + b.nano, form: a.nano === 0n ? b.form : a.form }

export const subtract = (a: Quantity, b: Quantity): Quantity => ({ nano: a.nano - b.nano, form: a.form })
export const maximum = (a: Quantity | undefined, b: Quantity): Quantity => (a === undefined || b.nano > a.nano ? b : a)
export const ofCount = (count: number): Quantity => ({ nano: BigInt(count) * 10n ** 9n, form: 'decimal' })
