/**
 * AssemblyScript: `npm run runtime:assembly` makes ../float-run.wasm of it. The hot loop of a JSON request: a run of plain
 * numbers from text into single precision. Here because a number's digits are read all at once, as JavaScript cannot.
 *
 * What a number is worth is worked out to about 2^-43 of itself. Where that cannot tell which single is the nearest, or
 * the number is of a kind too rare to be worth code, reading stops before it and the caller reads it exactly.
 */

/** Where the caller finds how reading ended. */
const POSITION: usize = 0
const MORE: usize = 4

const DIGIT_ZERO: usize = 16
const TENS: usize = 32
const LOW_BYTES: usize = 48
const HUNDREDS: usize = 64
const TEN_THOUSANDS: usize = 80
const COMMAS: usize = 96
const TEN: usize = 112
const POWERS: usize = 128
/** For each number of digits, from where each byte goes so that they end at the last. */
const TO_THE_RIGHT: usize = 512

const COMMA: u32 = 0x2c
const MINUS: u32 = 0x2d
const PLUS: u32 = 0x2b
const POINT: u32 = 0x2e
const ZERO: u32 = 0x30
const SPACE: u32 = 0x20
const SMALL_E: u32 = 0x65

const EVERY_BYTE: u64 = ((<u64>0x01010101) << 32) | 0x01010101

/** So many make a whole number below 2^53. */
const WHOLE_DIGITS: usize = 15
const GREATEST_POWER: i32 = 22
/** Below this, digits beyond the sixteenth count. */
const SMALL: f64 = 0.001
const ABOVE: f64 = 1.0 + 1.0 / 1099511627776.0
const BELOW: f64 = 1.0 - 1.0 / 1099511627776.0

// Read from memory, these are one instruction; written where they are used, three.
v128.store(DIGIT_ZERO, i8x16.splat(0x30))
v128.store(TEN, i8x16.splat(10))
v128.store(TENS, i16x8.splat(10))
v128.store(LOW_BYTES, i16x8.splat(0xff))
v128.store(HUNDREDS, i16x8(100, 1, 100, 1, 100, 1, 100, 1))
v128.store(TEN_THOUSANDS, i16x8(10_000, 1, 10_000, 1, 10_000, 1, 10_000, 1))
v128.store(COMMAS, i8x16.splat(0x2c))
let power: f64 = 1
for (let exponent: usize = 0; exponent <= 22; exponent++) {
  store<f64>(POWERS + exponent * 8, power)
  power *= 10
}
for (let digits: usize = 0; digits <= 16; digits++) {
  for (let place: usize = 0; place < 16; place++) {
    // Nothing comes from place 255, which makes a zero.
    store<u8>(TO_THE_RIGHT + digits * 16 + place, place + digits < 16 ? 255 : u8(place + digits - 16))
  }
}

function powerOfTen(exponent: i32): f64 {
  return load<f64>(POWERS + ((<usize>exponent) << 3))
}

function isSpace(byte: u32): bool {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function digitAt(at: usize): u32 {
  return <u32>load<u8>(at) - ZERO
}

/** How many of the next eight bytes are digits. */
function digitsAt(at: usize): u32 {
  const word = load<u64>(at) ^ (0x30 * EVERY_BYTE)
  const others = ((word + 0x76 * EVERY_BYTE) | word) & (0x80 * EVERY_BYTE)
  return <u32>ctz(others) >> 3
}

/**
 * Reads `number , number , …` between start and end, at most so many, and returns how many it stored. POSITION then says
 * where it stopped, and MORE whether another number must follow there. The 48 bytes beyond the end are its own to use; no
 * number that comes up to the end is taken: it may go on there.
 */
export function read(start: usize, end: usize, out: usize, most: i32): i32 {
  const digitZero = v128.load(DIGIT_ZERO)
  const ten = v128.load(TEN)
  const tens = v128.load(TENS)
  const lowBytes = v128.load(LOW_BYTES)
  const hundreds = v128.load(HUNDREDS)
  const tenThousands = v128.load(TEN_THOUSANDS)
  const commas = v128.load(COMMAS)
  // Nothing that lay there before is taken for more of a number.
  v128.store(end, i8x16.splat(0))
  v128.store(end, i8x16.splat(0), 16)
  v128.store(end, i8x16.splat(0), 32)
  const first = out
  const full = out + ((<usize>most) << 2)
  let more = 1
  let at = start
  let resume = at
  while (out < full) {
    resume = at
    // Where the next number starts is told by the comma, at once; following the digits there would hold everything up.
    const near = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), commas))
    const far = <u32>i8x16.bitmask(i8x16.eq(v128.load(at, 16), commas))
    const comma = at + <usize>ctz(near | (far << 16))

    let byte: u32 = load<u8>(at)
    if (byte <= SPACE) while (isSpace(byte)) byte = load<u8>(++at)
    const negative = u32(byte === MINUS)
    at += negative

    let digit = digitAt(at)
    if (digit > 9) break
    let whole: u64 = digit
    digit = digitAt(++at)
    if (digit < 10) {
      if (whole === 0) break
      const stop = at + WHOLE_DIGITS - 1
      do {
        whole = whole * 10 + digit
        digit = digitAt(++at)
      } while (digit < 10 && at < stop)
      if (digit < 10) break
    }
    let size = <f64>(<i64>whole)
    let exact = true

    if (digit === POINT - ZERO) {
      exact = false
      const point = at++
      let zeros = 0
      let fraction: f64
      while (true) {
        const digits = i8x16.sub(v128.load(at), digitZero)
        const count = <u32>ctz(<u32>i8x16.bitmask(i8x16.ge_u(digits, ten)) | 0x10000)
        const aligned = i8x16.swizzle(digits, v128.load(TO_THE_RIGHT + ((<usize>count) << 4)))
        const twos = i16x8.add(i16x8.mul(v128.and(aligned, lowBytes), tens), i16x8.shr_u(aligned, 8))
        const fours = i32x4.dot_i16x8_s(twos, hundreds)
        const eights = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_u(fours, fours), tenThousands)
        const both = i64x2.extract_lane(eights, 0)
        fraction = <f64>((both & 0xffffffff) * 100_000_000 + (both >>> 32)) / powerOfTen(count)
        if (count < 16) {
          at += count
          break
        }
        const further = digitsAt(at + 16)
        // Zeros in front are no digits to speak of: they make room for as many behind.
        if (further > 0 && whole === 0 && fraction < SMALL && zeros === 0) {
          while (load<u8>(at) === ZERO) {
            at++
            zeros++
          }
          continue
        }
        at += 16 + further
        if (further === 8) while (digitAt(at) < 10) at++
        break
      }
      if (at === point + 1) break
      if (zeros > 0) {
        if (zeros > GREATEST_POWER) break
        fraction /= powerOfTen(zeros)
      }
      size += fraction
    }

    byte = load<u8>(at)
    if ((byte | 0x20) === SMALL_E) {
      exact = false
      byte = load<u8>(++at)
      const down = byte === MINUS
      if (down || byte === PLUS) at++
      digit = digitAt(at)
      if (digit > 9) break
      let exponent = <i32>digit
      digit = digitAt(++at)
      if (digit < 10) {
        exponent = exponent * 10 + <i32>digit
        digit = digitAt(++at)
      }
      if (digit < 10 || exponent > GREATEST_POWER) break
      size = down ? size / powerOfTen(exponent) : size * powerOfTen(exponent)
      byte = load<u8>(at)
    }

    if (!exact && <f32>(size * ABOVE) !== <f32>(size * BELOW)) break
    if (byte <= SPACE) while (isSpace(byte)) byte = load<u8>(++at)
    if (at >= end) break
    store<u32>(out, reinterpret<u32>(<f32>size) | (negative << 31))
    out += 4
    if (byte !== COMMA) {
      resume = at
      more = 0
      break
    }
    if (at === comma) {
      at = comma + 1
      resume = at
      continue
    }
    at++
    resume = at
  }
  store<u32>(POSITION, <u32>resume)
  store<u32>(MORE, more)
  return <i32>((out - first) >> 2)
}
