/**
 * Reads JSON straight from bytes. Infer requests are mostly numbers; going through text, JSON.parse and arrays of boxed
 * values costs several times what reading the digits does, and loses 64-bit integers on the way.
 */
import { invalid } from '../errors.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

const MAX_DEPTH = 64

/** Short plain words seen lately, by a hash of their first bytes. */
const WORDS = 256
const MAX_WORD = 24
const words = new Array<{ bytes: Uint8Array; text: string } | undefined>(WORDS).fill(undefined)

const slotOf = (bytes: Uint8Array, start: number): number =>
  (((bytes[start] ?? 0) * 31 + (bytes[start + 1] ?? 0)) * 31 + (bytes[start + 2] ?? 0)) % WORDS

const knownWord = (bytes: Uint8Array, start: number): string | undefined => {
  const word = words[slotOf(bytes, start)]
  if (word === undefined || bytes[start + word.bytes.length] !== QUOTE) return undefined
  for (let index = 0; index < word.bytes.length; index++) {
    if (bytes[start + index] !== word.bytes[index]) return undefined
  }
  return word.text
}

const remember = (bytes: Buffer, start: number, close: number, text: string): void => {
  // Only what is plain ASCII is as long in characters as in bytes.
  if (close - start > MAX_WORD || text.length !== close - start || close === start) return
  words[slotOf(bytes, start)] = { bytes: Uint8Array.from(bytes.subarray(start, close)), text }
}
const ABOVE = 1 + 2 ** -48
const BELOW = 1 - 2 ** -48
/** Whatever is read as less was never rounded on the way. */
const MOST_EXACT = 2 ** 53
const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

export class JsonReader {
  readonly bytes: Buffer
  readonly end: number
  position: number

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.position = start
    this.end = end
  }

  fail(wanted: string): Error {
    const found =
      this.position < this.end ? this.bytes.toString('utf8', this.position, Math.min(this.end, this.position + 16)) : ''
    return invalid(
      found === ''
        ? `the JSON body ends early: wanted ${wanted}`
        : `the JSON body is not valid at byte ${this.position}: wanted ${wanted}, got ${JSON.stringify(found)}`,
    )
  }

  /** The next byte that is not white space, without consuming it; -1 at the end. */
  peek(): number {
    const { bytes, end } = this
    let at = this.position
    while (at < end) {
      const byte = bytes[at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
        this.position = at
        return byte ?? -1
      }
      at++
    }
    this.position = at
    return -1
  }

  expect(byte: number): void {
    if (this.peek() !== byte) throw this.fail(`"${String.fromCharCode(byte)}"`)
    this.position++
  }

  /** Consumes the byte when it is next. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false
    this.position++
    return true
  }

  /** Calls back for each key of an object, in order; the callback must consume the value. */
  object(each: (key: string) => void): void {
    this.expect(OPEN_OBJECT)
    if (this.take(CLOSE_OBJECT)) return
    do {
      const key = this.string()
      this.expect(0x3a)
      each(key)
    } while (this.take(0x2c))
    this.expect(CLOSE_OBJECT)
  }

  array(each: (index: number) => void): void {
    this.expect(OPEN_ARRAY)
    if (this.take(CLOSE_ARRAY)) return
    let index = 0
    do each(index++)
    while (this.take(0x2c))
    this.expect(CLOSE_ARRAY)
  }

  /** Start and end of the text between the quotes, and whether it holds escapes. */
  private span(): { start: number; close: number; escaped: boolean } {
    if (this.peek() !== QUOTE) throw this.fail('a string')
    const { bytes, end } = this
    const start = this.position + 1
    let escaped = false
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0
      if (byte === QUOTE) {
        this.position = at + 1
        return { start, close: at, escaped }
      }
      if (byte === BACKSLASH) {
        escaped = true
        at++
      } else if (byte < 0x20) {
        this.position = at
        throw this.fail('text without control characters')
      }
    }
    this.position = end
    throw this.fail('the end of a string')
  }

  string(): string {
    const { bytes } = this
    // The same few words come with every request; making a string of bytes costs more than finding one made before.
    if (this.peek() === QUOTE) {
      const known = knownWord(bytes, this.position + 1)
      if (known !== undefined) {
        this.position += known.length + 2
        return known
      }
    }
    const { start, close, escaped } = this.span()
    if (!escaped) {
      const text = bytes.toString('utf8', start, close)
      remember(bytes, start, close, text)
      return text
    }
    try {
      return String(JSON.parse(this.bytes.toString('utf8', start - 1, close + 1)))
    } catch {
      this.position = start
      throw this.fail('a string with valid escapes')
    }
  }

  /** The string's bytes as UTF-8. */
  stringBytes(): Uint8Array {
    const { start, close, escaped } = this.span()
    if (!escaped) return this.bytes.subarray(start, close)
    this.position = start - 1
    return Buffer.from(this.string(), 'utf8')
  }

  /** Any value, by JSON.parse; for the small parts of a request. */
  value(): unknown {
    this.peek()
    const start = this.position
    this.skip()
    try {
      return JSON.parse(this.bytes.toString('utf8', start, this.position))
    } catch {
      this.position = start
      throw this.fail('a value')
    }
  }

  /** Passes over a value, checking only its nesting. */
  skip(): void {
    let depth = 0
    do {
      const byte = this.peek()
      if (byte === QUOTE) this.span()
      else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
        if (++depth > MAX_DEPTH) throw invalid(`the JSON body is nested deeper than ${MAX_DEPTH} levels`)
        this.position++
      } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
        if (--depth < 0) throw this.fail('a value')
        this.position++
      } else if (depth > 0 && (byte === 0x2c || byte === 0x3a)) this.position++
      else if (byte === -1 || byte === 0x2c || byte === 0x3a) throw this.fail('a value')
      else this.skipToken()
    } while (depth > 0)
  }

  private skipToken(): void {
    const { bytes, end } = this
    let at = this.position
    while (at < end) {
      const byte = bytes[at] ?? 0
      if (byte <= 0x20 || byte === 0x2c || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT || byte === 0x3a) break
      at++
    }
    this.position = at
  }

  /** Consumes the word when it is next. */
  word(text: string): boolean {
    this.peek()
    const end = this.position + text.length
    if (end > this.end || this.bytes.toString('latin1', this.position, end) !== text) return false
    this.position = end
    return true
  }

  /**
   * A number, rounded as JavaScript rounds it. Up to 2^53 and ten to the 22nd one multiplication or division of exact
   * doubles is exact; everything else goes the slow way through text. For a caller that keeps single precision, longer
   * mantissas (what doubles look like in print) may be a little off as doubles as long as that cannot change the single.
   */
  number(single = false): number {
    const { bytes, end } = this
    this.peek()
    const start = this.position
    let at = start
    let negative = false
    if (bytes[at] === 0x2d) {
      negative = true
      at++
    }
    let mantissa = 0
    let exponent = 0
    const first = at
    let byte = at < end ? (bytes[at] ?? 0) : 0
    while (byte >= 0x30 && byte <= 0x39) {
      mantissa = mantissa * 10 + (byte - 0x30)
      byte = ++at < end ? (bytes[at] ?? 0) : 0
    }
    if (at === first || (bytes[first] === 0x30 && at > first + 1)) throw this.fail('a number')
    if (byte === 0x2e) {
      const point = ++at
      byte = at < end ? (bytes[at] ?? 0) : 0
      while (byte >= 0x30 && byte <= 0x39) {
        mantissa = mantissa * 10 + (byte - 0x30)
        byte = ++at < end ? (bytes[at] ?? 0) : 0
      }
      if (at === point) throw this.fail('a number')
      exponent = point - at
    }
    if (byte === 0x65 || byte === 0x45) {
      byte = ++at < end ? (bytes[at] ?? 0) : 0
      const down = byte === 0x2d
      if (down || byte === 0x2b) byte = ++at < end ? (bytes[at] ?? 0) : 0
      const from = at
      let power = 0
      while (byte >= 0x30 && byte <= 0x39) {
        if (power < 10_000) power = power * 10 + (byte - 0x30)
        byte = ++at < end ? (bytes[at] ?? 0) : 0
      }
      if (at === from) throw this.fail('a number')
      exponent += down ? -power : power
    }
    this.position = at
    if (exponent >= -22 && exponent <= 22) {
      const power = powersOfTen[exponent < 0 ? -exponent : exponent] ?? 1
      const size = exponent < 0 ? mantissa / power : mantissa * power
      const exact = mantissa < MOST_EXACT || (single && Math.fround(size * ABOVE) === Math.fround(size * BELOW))
      if (exact) return negative ? -size : size
    }
    return Number(bytes.toString('latin1', start, at))
  }

  /** A whole number, exact however long. */
  integer(): bigint {
    this.peek()
    const start = this.position
    const value = this.number()
    if (Number.isSafeInteger(value)) return BigInt(value)
    const text = this.bytes.toString('latin1', start, this.position)
    if (/^-?\d{1,20}$/.test(text)) return BigInt(text)
    this.position = start
    throw this.fail('a whole number')
  }
}
