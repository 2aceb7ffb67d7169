/**
 * One HTTP/1.1 connection. Written on the socket instead of node:http because that costs more than everything else a
 * small request needs; it does just what inference needs: one request at a time, pipelined ones wait, and a handler
 * that has seen the head before any byte of the body is read.
 */
import type { Socket } from 'node:net'
import { InferenceError } from '../protocol/errors.ts'
import { type Answer, errorAnswer, writeAnswer } from './answer.ts'
import { type BodyReader, chunkedReader, EMPTY, lengthReader } from './body-reader.ts'
import { parseHead, type RequestHead } from './request-head.ts'
import type { RequestNote } from './request-note.ts'

const MAX_HEAD = 16_384
const HEAD_TIMEOUT = 10_000
const IDLE_TIMEOUT = 75_000
const BODY_GRACE = 15_000
const BODY_BYTES_PER_MILLISECOND = 50
const WRITE_TIMEOUT = 30_000
/** What is left of a refused body is read and thrown away up to here, so that the caller gets to see the answer. */
const MAX_DISCARD = 1_048_576
const DISCARD_TIMEOUT = 2000
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n')

export interface Exchange {
  readonly head: RequestHead
  readonly startedAt: number
  /** The caller has gone: nobody will read an answer. */
  readonly gone: boolean
  onGone: (() => void) | undefined
  /** What the log and the trace should know of it besides; set for what is worth a look. */
  note: RequestNote | undefined
  /** The body cannot be had: the handler must answer with this. Without a handler the connection answers itself. */
  onBodyFault: ((error: InferenceError) => void) | undefined
  /** Reads the body, which must not be longer; the alternative is to answer at once. */
  readBody: (limit: number, then: (body: Buffer) => void, reader?: BodyReader) => void
  answer: (answer: Answer) => void
}

export type Handler = (exchange: Exchange) => void

/** Told of failures, and of every answer whose exchange has a note. */
export type OnAnswered = (exchange: Exchange, status: number, bytesOut: number) => void

export class Connection {
  deadline: number
  private readonly socket: Socket
  private readonly handler: Handler
  private readonly onAnswered: OnAnswered | undefined
  private pending: Buffer = EMPTY
  private reader: BodyReader | undefined
  private readerDone: ((body: Buffer) => void) | undefined
  private exchange: (Exchange & { gone: boolean; answered: boolean }) | undefined
  private discarded = -1
  private paused = false

  constructor(socket: Socket, handler: Handler, onAnswered?: OnAnswered) {
    this.socket = socket
    this.handler = handler
    this.onAnswered = onAnswered
    this.deadline = Date.now() + HEAD_TIMEOUT
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('end', () => this.leave())
    socket.on('close', () => this.leave())
  }

  get busy(): boolean {
    return this.exchange !== undefined
  }

  /** Ends the connection once it has nothing under way; true when it is ended. */
  closeWhenIdle(): boolean {
    if (this.exchange) return false
    this.socket.end()
    return true
  }

  destroy(): void {
    this.socket.destroy()
  }

  /** Called about once a second: no caller may hold a connection by doing nothing. */
  sweep(now: number): void {
    if (now < this.deadline) return
    if (this.socket.writableLength === 0 && this.exchange && !this.reader) return
    if (this.reader && this.exchange && !this.exchange.answered) {
      this.refuseBody(this.exchange, new InferenceError(408, 'the body took too long to arrive'))
    }
    this.socket.destroy()
  }

  private leave(): void {
    const { exchange } = this
    this.exchange = undefined
    this.reader = undefined
    if (exchange && !exchange.gone) {
      exchange.gone = true
      exchange.onGone?.()
    }
  }

  /** Takes what has arrived; the memory of the chunk is used again when this returns, so what is kept is copied. */
  push(chunk: Buffer): void {
    if (this.discarded >= 0) {
      this.discarded += chunk.length
      if (this.discarded > MAX_DISCARD) this.socket.destroy()
      return
    }
    if (this.reader) {
      this.feed(chunk)
      this.keep(chunk)
      return
    }
    if (this.exchange) {
      this.pending = this.pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.pending, chunk])
      // Pipelined bytes wait for the answer under way, and are not read without bound meanwhile.
      if (this.pending.length > MAX_HEAD && !this.paused) {
        this.paused = true
        this.socket.pause()
      }
      return
    }
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk])
    this.next()
    this.keep(chunk)
  }

  /** What is still waiting may be a view of memory that is about to be used again. */
  private keep(chunk: Buffer): void {
    if (this.pending.length === 0) this.pending = EMPTY
    else if (this.pending.buffer === chunk.buffer) this.pending = Buffer.from(this.pending)
  }

  private feed(chunk: Buffer): void {
    const { reader } = this
    if (!reader) return
    try {
      this.pending = reader.push(chunk)
    } catch (error) {
      this.fail(error)
      return
    }
    const { body } = reader
    if (body === undefined) return
    const done = this.readerDone
    this.reader = undefined
    this.readerDone = undefined
    done?.(body)
  }

  private refuseBody(exchange: Exchange, error: InferenceError): void {
    if (exchange.onBodyFault) exchange.onBodyFault(error)
    else exchange.answer(errorAnswer(error))
  }

  private fail(error: unknown): void {
    const known = error instanceof InferenceError ? error : new InferenceError(400, 'the request cannot be read')
    if (this.exchange) this.refuseBody(this.exchange, known)
    else {
      writeAnswer(this.socket, errorAnswer(known), false)
      this.discard()
    }
  }

  private discard(): void {
    this.discarded = 0
    this.pending = EMPTY
    this.deadline = Date.now() + DISCARD_TIMEOUT
    this.socket.end()
  }

  private next(): void {
    const start = this.skipBlankLines()
    const end = this.pending.indexOf('\r\n\r\n', start)
    if (end < 0 || end - start > MAX_HEAD) {
      if (this.pending.length - start <= MAX_HEAD) return
      this.fail(new InferenceError(431, `the head of the request is larger than ${MAX_HEAD} bytes`))
      return
    }
    let head: RequestHead
    try {
      head = parseHead(this.pending.toString('latin1', start, end))
    } catch (error) {
      this.fail(error)
      return
    }
    this.pending = this.pending.subarray(end + 4)
    this.begin(head)
  }

  private skipBlankLines(): number {
    let start = 0
    while (start < 8 && this.pending[start] === 0x0d && this.pending[start + 1] === 0x0a) start += 2
    return start
  }

  private begin(head: RequestHead): void {
    let unread = head.contentLength !== 0
    const exchange: Exchange & { gone: boolean; answered: boolean } = {
      head,
      startedAt: performance.now(),
      gone: false,
      answered: false,
      onGone: undefined,
      note: undefined,
      onBodyFault: undefined,
      readBody: (limit, then, reader) => {
        unread = false
        if (head.contentLength > limit) {
          unread = true
          const what = `the body has ${head.contentLength} bytes; the most this runtime takes is ${limit}`
          this.refuseBody(exchange, new InferenceError(413, what))
          return
        }
        const mayTake = head.contentLength < 0 ? limit : head.contentLength
        this.deadline = Date.now() + BODY_GRACE + mayTake / BODY_BYTES_PER_MILLISECOND
        if (head.expectsContinue && this.pending.length === 0) this.socket.write(CONTINUE)
        this.reader = reader ?? (head.contentLength < 0 ? chunkedReader(limit) : lengthReader(head.contentLength))
        this.readerDone = then
        this.unpause()
        this.feed(this.pending)
      },
      answer: (answer) => {
        if (exchange.gone || exchange.answered) return
        exchange.answered = true
        if (answer.status >= 400 || exchange.note) this.onAnswered?.(exchange, answer.status, answer.body.length)
        const bodyLeft = unread || this.reader !== undefined
        const keep = head.keepAlive && !bodyLeft
        writeAnswer(this.socket, answer, keep, head.method === 'HEAD')
        this.reader = undefined
        this.exchange = undefined
        this.deadline = Date.now() + (this.socket.writableLength > 0 ? WRITE_TIMEOUT : IDLE_TIMEOUT)
        if (!keep) this.discard()
        else this.resume()
      },
    }
    this.exchange = exchange
    this.handler(exchange)
  }

  private unpause(): void {
    if (!this.paused) return
    this.paused = false
    this.socket.resume()
  }

  private resume(): void {
    this.unpause()
    // Not at once: an answer given inside the handler would otherwise recurse for each pipelined request.
    if (this.pending.length > 0) setImmediate(() => !this.exchange && this.pending.length > 0 && this.next())
  }
}
