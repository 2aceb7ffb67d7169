/**
 * The hot loop of a JSON request: a run of plain numbers, from bytes straight into a Float32Array. No strings, no boxed
 * values, no calls; the digits of a fraction are taken four at a time, as one word.
 */

const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/** Twice the most that the mantissa's rounding can be off; a single that is the same on both sides of it is right. */
const ABOVE = 1 + 2 ** -48
const BELOW = 1 - 2 ** -48

const COMMA = 0x2c
const WHOLE_DIGITS = 9
/** Four digits are taken at a time while the mantissa stays exact, or nearly so; after the last of these come no more. */
const MOST_BEFORE_FOUR = 14
const MOST_DIGITS = 18

/** The bytes as words, made once for the memory that frames lie in. */
let view: DataView = new DataView(new ArrayBuffer(0))

export interface FloatRun {
  /** Where reading stopped. */
  position: number
  /** How many numbers were stored, in all. */
  filled: number
  /** Another value must follow there; otherwise what follows is not part of the run. */
  more: boolean
}

/**
 * Reads `number , number , …` as long as it is plain, storing from `from` on. Stops before whatever it does not know (more
 * numbers than fit, a word, a number too long to be sure of), which the caller then reads its own way.
 *
 * Bytes beyond the end read as undefined, and undefined compares false with everything, which ends each loop.
 */
export const readFloatRun = (
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Float32Array,
  from: number,
  most = out.length,
): FloatRun => {
  if (view.buffer !== bytes.buffer) view = new DataView(bytes.buffer)
  const base = bytes.byteOffset
  let at = start
  let filled = from
  while (filled < most) {
    const resume = at
    let byte = bytes[at] ?? 0
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at] ?? 0
    const negative = byte === 0x2d
    if (negative) byte = bytes[++at] ?? 0

    const first = at
    let whole = 0
    const stop = at + WHOLE_DIGITS
    let digit = (byte - 0x30) >>> 0
    while (digit < 10 && at < stop) {
      whole = (Math.imul(whole, 10) + digit) | 0
      digit = ((bytes[++at] ?? 0) - 0x30) >>> 0
    }
    // Ten digits before the point are rare among tensors; so is a number without any, or with a zero in front.
    if (digit < 10 || at === first || (bytes[first] === 0x30 && at > first + 1))
      return { position: resume, filled, more: true }
    let digits = whole === 0 ? 0 : at - first
    let mantissa = whole
    let exponent = 0
    if (bytes[at] === 0x2e) {
      const point = ++at
      digit = ((bytes[at] ?? 0) - 0x30) >>> 0
      if (whole === 0) while (digit === 0) digit = ((bytes[++at] ?? 0) - 0x30) >>> 0
      while (digits <= MOST_BEFORE_FOUR && at + 4 <= end) {
        const four = view.getInt32(base + at, true) ^ 0x30303030
        if (((four | (four + 0x76767676)) & 0x80808080) !== 0) break
        const pairs = (Math.imul(four, 10) + (four >>> 8)) & 0x00ff00ff
        mantissa = mantissa * 10_000 + (pairs & 0xff) * 100 + (pairs >>> 16)
        digits += 4
        at += 4
      }
      digit = ((bytes[at] ?? 0) - 0x30) >>> 0
      while (digit < 10 && digits < MOST_DIGITS) {
        mantissa = mantissa * 10 + digit
        digits++
        digit = ((bytes[++at] ?? 0) - 0x30) >>> 0
      }
      exponent = point - at
      while (digit < 10) digit = ((bytes[++at] ?? 0) - 0x30) >>> 0
      if (at === point) return { position: resume, filled, more: true }
    }
    byte = bytes[at] ?? 0
    if (byte === 0x65 || byte === 0x45) {
      byte = bytes[++at] ?? 0
      const down = byte === 0x2d
      if (down || byte === 0x2b) at++
      const firstDigit = at
      let power = 0
      digit = ((bytes[at] ?? 0) - 0x30) >>> 0
      while (digit < 10) {
        if (power < 1000) power = power * 10 + digit
        digit = ((bytes[++at] ?? 0) - 0x30) >>> 0
      }
      if (at === firstDigit) return { position: resume, filled, more: true }
      exponent += down ? -power : power
      byte = bytes[at] ?? 0
    }
    if (exponent < -22 || exponent > 22 || at > end) return { position: resume, filled, more: true }
    const power = powersOfTen[exponent < 0 ? -exponent : exponent] ?? 1
    const size = exponent < 0 ? mantissa / power : mantissa * power
    const single = Math.fround(size)
    if (digits > 15 && (Math.fround(size * ABOVE) !== single || Math.fround(size * BELOW) !== single)) {
      return { position: resume, filled, more: true }
    }
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at] ?? 0
    out[filled] = negative ? -single : single
    filled++
    if (byte !== COMMA) return { position: at, filled, more: false }
    at++
  }
  return { position: at, filled, more: true }
}
