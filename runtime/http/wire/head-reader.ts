/**
 * Finds and parses heads on one connection. A client sends the same head again and again, so the last one is kept: when
 * its very bytes come again, there is nothing to parse.
 */
import { InferenceError } from '../../protocol/errors.ts'
import { EMPTY } from './body-reader.ts'
import { parseHead, type RequestHead } from './request-head.ts'

/** Longer ones hold large tokens or are no ordinary client's: they are parsed each time and not kept. */
const MAX_KEPT = 4096

const NO_HEAD = parseHead('GET / HTTP/1.1')

export class HeadReader {
  /** The one that was read last; nobody may change it. */
  head: RequestHead = NO_HEAD
  private bytes: Buffer = EMPTY
  private length = 0

  /** Returns where the head ends with its blank line, or -1 when it is not whole yet. */
  read(bytes: Buffer, from: number, to: number, limit: number): number {
    const { length } = this
    if (length > 0 && to - from >= length && bytes.compare(this.bytes, 0, length, from, from + length) === 0) {
      return from + length
    }
    const found = bytes.subarray(from, Math.min(to, from + limit + 4)).indexOf('\r\n\r\n')
    if (found < 0) {
      if (to - from <= limit) return -1
      throw new InferenceError(431, `the head of the request is larger than ${limit} bytes`)
    }
    const end = from + found
    this.length = 0
    this.head = parseHead(bytes.toString('latin1', from, end))
    const size = end + 4 - from
    if (size <= MAX_KEPT) {
      if (this.bytes.length < size) this.bytes = Buffer.allocUnsafeSlow(size)
      bytes.copy(this.bytes, 0, from, end + 4)
      this.length = size
    }
    return end + 4
  }
}
