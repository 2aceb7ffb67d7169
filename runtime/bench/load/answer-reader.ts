/** Looks through the answers of one connection, as they come, for no more than a load generator must know. */
const HEAD_END = Buffer.from('\r\n\r\n')
const CLOSE = Buffer.from('onnection: close')
const LENGTHS = ['ontent-Length: ', 'ontent-length: '].map((name) => Buffer.from(name))
const OK = Buffer.from(' 200')
const EMPTY = Buffer.alloc(0)

const lengthIn = (head: Buffer): number => {
  for (const name of LENGTHS) {
    const at = head.indexOf(name)
    if (at < 0) continue
    let length = 0
    for (let digit = at + name.length; digit < head.length; digit++) {
      const value = (head[digit] ?? 0) - 0x30
      if (value < 0 || value > 9) break
      length = length * 10 + value
    }
    return length
  }
  return 0
}

export class AnswerReader {
  status = ''
  /** The server ends the connection after this answer. */
  closing = false
  private pending: Buffer = EMPTY
  private left = -1

  /** The bytes are looked at during the call only; true when an answer is whole. */
  push(bytes: Buffer, length: number): boolean {
    if (this.left < 0) {
      const came = bytes.subarray(0, length)
      const all = this.pending.length === 0 ? came : Buffer.concat([this.pending, came])
      const end = all.indexOf(HEAD_END)
      if (end < 0) {
        this.pending = Buffer.from(all)
        return false
      }
      const head = all.subarray(0, end)
      this.status = head.compare(OK, 0, 4, 8, 12) === 0 ? '200' : head.toString('latin1', 9, 12)
      this.closing = head.includes(CLOSE)
      this.left = lengthIn(head) - (all.length - end - 4)
      this.pending = EMPTY
    } else this.left -= length
    if (this.left > 0) return false
    this.left = -1
    return true
  }

  reset(): void {
    this.pending = EMPTY
    this.left = -1
    this.closing = false
  }
}
