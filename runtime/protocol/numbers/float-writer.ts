/**
 * Single-precision numbers as JSON text, straight into bytes: at most nine digits, which read back (as a double, then
 * rounded to single, as every reader does) give the very same number. The text of the double would have seventeen.
 */

const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
/** floor(log10) of the least number of each binary exponent; may be one too low for the others. */
const decimalExponents = Int8Array.from({ length: 256 }, (_, exponent) =>
  Math.floor((exponent - 127) * Math.LOG10E * Math.LN2),
)

const single = new Float32Array(1)
const bits = new Uint32Array(single.buffer)

const LEAST = 1e-7
const MOST = 1e15
const MOST_WHOLE = 1e9
const ZERO = 0x30

/** What one number takes at most, with a comma. */
export const FLOAT_TEXT = 28

const writeText = (out: Uint8Array, start: number, text: string): number => {
  for (let index = 0; index < text.length; index++) out[start + index] = text.charCodeAt(index)
  return start + text.length
}

/** JSON has no word for these: null reads back as "not a number", 1e999 as infinity, in every reader we know. */
const writeOdd = (out: Uint8Array, at: number, value: number): number => {
  if (value === 0) return writeText(out, at, Object.is(value, -0) ? '-0.0' : '0')
  if (Number.isFinite(value)) return writeText(out, at, `${value}`)
  return writeText(out, at, Number.isNaN(value) ? 'null' : value > 0 ? '1e999' : '-1e999')
}

/** The digits of a whole number below 2^31, ending before `end`. */
const writeDigits = (out: Uint8Array, start: number, end: number, number: number): void => {
  let left = number
  for (let at = end - 1; at >= start; at--) {
    const rest = (left / 10) | 0
    out[at] = ZERO + left - rest * 10
    left = rest
  }
}

const digitsOf = (number: number): number => {
  let digits = 1
  for (let limit = 10; number >= limit; limit *= 10) digits++
  return digits
}

/** Returns where it ended. */
export const writeFloat = (out: Uint8Array, start: number, value: number): number => {
  const size = value < 0 ? -value : value
  if (!(size >= LEAST && size < MOST)) return writeOdd(out, start, value)
  let at = start
  if (value < 0) out[at++] = 0x2d
  if (size < MOST_WHOLE && size === Math.floor(size)) {
    const end = at + digitsOf(size)
    writeDigits(out, at, end, size)
    return end
  }
  single[0] = size
  let exponent = decimalExponents[(bits[0] ?? 0) >>> 23] ?? 0
  if (exponent >= 0 && size >= (powersOfTen[exponent + 1] ?? 0)) exponent++
  else if (exponent < 0 && size * (powersOfTen[-exponent - 1] ?? 0) >= 1) exponent++
  // The number is digits × 10 to the minus scale.
  let scale = 7 - exponent
  let digits = 0
  for (let tries = 0; ; tries++, scale++) {
    if (tries === 2) return writeOdd(out, start, value)
    const power = powersOfTen[scale < 0 ? -scale : scale] ?? 1
    digits = Math.round(scale < 0 ? size / power : size * power)
    if (Math.fround(scale < 0 ? digits * power : digits / power) === size) break
  }
  if (scale <= 0) return writeOdd(out, start, value)
  while (scale > 0 && digits % 10 === 0) {
    digits /= 10
    scale--
  }
  const whole = Math.floor(digits / (powersOfTen[scale] ?? 1))
  const end = at + digitsOf(whole)
  writeDigits(out, at, end, whole)
  if (scale === 0) return end
  out[end] = 0x2e
  writeDigits(out, end + 1, end + 1 + scale, digits - whole * (powersOfTen[scale] ?? 1))
  return end + 1 + scale
}

/** The numbers from `from` to `to`, with commas between. */
export const writeFloats = (out: Uint8Array, start: number, data: Float32Array, from: number, to: number): number => {
  let at = start
  for (let index = from; index < to; index++) {
    if (index > from) out[at++] = 0x2c
    at = writeFloat(out, at, data[index] ?? 0)
  }
  return at
}
