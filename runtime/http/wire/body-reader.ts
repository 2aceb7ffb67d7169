/** Collects the body of one request: by its length into one buffer, or chunk by chunk up to a limit. */
import { InferenceError } from '../../protocol/errors.ts'

export interface BodyReader {
  /** Takes what belongs to the body and returns where that ends. The bytes are valid during the call only. */
  push: (bytes: Buffer, from: number, to: number) => number
  /** The body is whole. */
  readonly whole: boolean
  /** Empty until then, and when it lies elsewhere. */
  readonly body: Buffer
}

export const EMPTY: Buffer = Buffer.alloc(0)

const tooLarge = (limit: number) =>
  new InferenceError(413, `the body is larger than ${limit} bytes, the most this runtime takes`)

export const lengthReader = (length: number, make: (length: number) => Buffer = Buffer.allocUnsafeSlow): BodyReader => {
  let body = EMPTY
  let filled = 0
  return {
    get whole() {
      return filled === length
    },
    get body() {
      return body
    },
    push: (bytes, from, to) => {
      if (body.length < length) body = make(length)
      const taken = Math.min(to - from, length - filled)
      bytes.copy(body, filled, from, from + taken)
      filled += taken
      return from + taken
    },
  }
}

const MAX_CHUNK_LINE = 256

export const chunkedReader = (limit: number): BodyReader => {
  const pieces: Buffer[] = []
  let total = 0
  let rest: Buffer = EMPTY
  let left = 0
  let state: 'size' | 'data' | 'dataEnd' | 'trailer' = 'size'
  let body: Buffer | undefined

  const line = (): string | undefined => {
    const end = rest.indexOf('\r\n')
    if (end < 0) {
      if (rest.length > MAX_CHUNK_LINE) throw new InferenceError(400, 'a line of the chunked body is too long')
      return undefined
    }
    const text = rest.toString('latin1', 0, end)
    rest = rest.subarray(end + 2)
    return text
  }

  const step = (): boolean => {
    if (state === 'data') {
      const taken = rest.subarray(0, left)
      if (taken.length > 0) pieces.push(taken)
      left -= taken.length
      rest = rest.subarray(taken.length)
      if (left === 0) state = 'dataEnd'
      return left === 0
    }
    const text = line()
    if (text === undefined) return false
    if (state === 'dataEnd') {
      if (text !== '') throw new InferenceError(400, 'a chunk is longer than it says')
      state = 'size'
    } else if (state === 'size') {
      const size = /^([0-9a-fA-F]{1,8})(;[\x20-\x7e]*)?$/.exec(text)?.[1]
      if (size === undefined) throw new InferenceError(400, 'a chunk has no valid size')
      left = Number.parseInt(size, 16)
      total += left
      if (total > limit) throw tooLarge(limit)
      state = left === 0 ? 'trailer' : 'data'
    } else if (text === '') {
      body = Buffer.concat(pieces, total)
      return false
    }
    return true
  }

  return {
    get whole() {
      return body !== undefined
    },
    get body() {
      return body ?? EMPTY
    },
    push: (bytes, from, to) => {
      if (body) return from
      const data = Buffer.from(bytes.subarray(from, to))
      rest = rest.length === 0 ? data : Buffer.concat([rest, data])
      while (step());
      // What follows the body cannot be longer than what has just come, or the body would have ended before.
      return body ? to - rest.length : to
    },
  }
}
