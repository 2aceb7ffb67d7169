/** FP16 and BF16 travel as their bits in a Uint16Array; these turn them into numbers and back, rounding to even. */

const word = new DataView(new ArrayBuffer(4))

export const float16ToNumber = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

export const numberToFloat16 = (value: number): number => {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size >= 65_520) return sign | 0x7c00
  if (size < 2 ** -25) return sign
  const exponent = Math.max(Math.floor(Math.log2(size)), -14)
  const step = 2 ** (exponent - 10)
  const scaled = roundHalfToEven(size / step)
  // Below 2^-14 the step is fixed and the exponent field 0; a carry out of the fraction lands in the exponent by itself.
  return sign | (exponent === -14 && scaled < 1024 ? scaled : ((exponent + 14) << 10) + scaled)
}

const roundHalfToEven = (value: number): number => {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}

export const bfloat16ToNumber = (bits: number): number => {
  word.setUint32(0, bits << 16)
  return word.getFloat32(0)
}

export const numberToBfloat16 = (value: number): number => {
  if (Number.isNaN(value)) return 0x7fc0
  word.setFloat32(0, value)
  const bits = word.getUint32(0)
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}
