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

/** The digits of each number below a hundred, two bytes each. */
const pairs = Uint8Array.from({ length: 200 }, (_, at) => ZERO + (at % 2 === 0 ? Math.floor(at / 20) : (at >> 1) % 10))

/** The digits of a whole number below 2^31, with zeros before them, ending before `end`. */
const writeDigits = (out: Uint8Array, start: number, end: number, number: number): void => {
  let left = number | 0
  let at = end
  while (at - start >= 2) {
    const rest = (left / 100) | 0
    const pair = 2 * (left - 100 * rest)
    out[--at] = pairs[pair + 1] ?? ZERO
    out[--at] = pairs[pair] ?? ZERO
    left = rest
  }
  if (at > start) out[start] = ZERO + left
}

const digitsOf = (number: number): number => {
  if (number < 10) return 1
  let digits = 2
  for (let limit = 100; number >= limit; limit *= 10) digits++
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
  // The number is digits × 10 to the minus scale; from here on all but the scaling is done with small whole numbers.
  let scale = 7 - exponent
  if (scale < 0) return writeOdd(out, start, value)
  let power = powersOfTen[scale] ?? 1
  let digits = (size * power + 0.5) | 0
  if (Math.fround(digits / power) !== size) {
    power = powersOfTen[++scale] ?? 1
    digits = (size * power + 0.5) | 0
    if (Math.fround(digits / power) !== size) return writeOdd(out, start, value)
  }
  if (scale === 0) return writeOdd(out, start, value)
  let tenth = (digits / 10) | 0
  while (scale > 0 && digits === 10 * tenth) {
    digits = tenth
    tenth = (digits / 10) | 0
    scale--
  }
  const unit = powersOfTen[scale] ?? 1
  const whole = size < 1 ? 0 : (digits / unit) | 0
  const end = at + digitsOf(whole)
  writeDigits(out, at, end, whole)
  if (scale === 0) return end
  out[end] = 0x2e
  writeDigits(out, end + 1, end + 1 + scale, digits - whole * unit)
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
