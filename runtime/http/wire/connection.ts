/**
 * One HTTP/1.1 connection. Written on the socket instead of node:http because that costs more than everything else a
 * small request needs; it does just what inference needs: one request at a time, pipelined ones wait, and a handler
 * that has seen the head before any byte of the body is read.
 */
import type { Socket } from 'node:net'
import { InferenceError } from '../../protocol/errors.ts'
import { coarseNow } from '../clock.ts'
import { type BodySink, Exchange } from '../exchange.ts'
import { errorAnswer, writeAnswer } from './answer.ts'
import { EMPTY } from './body-reader.ts'
import { HeadReader } from './head-reader.ts'
import type { RequestHead } from './request-head.ts'

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

export type Handler = (exchange: Exchange) => void

/** Told of failures, and of every answer whose exchange has a note. */
export type OnAnswered = (exchange: Exchange, status: number, bytesOut: number) => void

export class Connection {
  deadline: number
  readonly socket: Socket
  readonly onAnswered: OnAnswered | undefined
  private readonly handler: Handler
  private readonly heads = new HeadReader()
  /** What came and could not be taken yet. */
  private pending: Buffer = EMPTY
  private sink: BodySink | undefined
  private exchange: Exchange | undefined
  private discarded = -1
  private paused = false
  /** Bytes are being taken: who asks for a body gets them from there. */
  private taking = false
  private left = 0
  /** Bytes of a refused body that come before the next head. */
  private skipping = 0

  constructor(socket: Socket, handler: Handler, onAnswered?: OnAnswered) {
    this.socket = socket
    this.onAnswered = onAnswered
    this.handler = handler
    this.deadline = coarseNow() + HEAD_TIMEOUT
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('end', () => this.gone())
    socket.on('close', () => this.gone())
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
    if (this.socket.writableLength === 0 && this.exchange && !this.sink) return
    if (this.sink && this.exchange && !this.exchange.answered) {
      this.exchange.refuseBody(new InferenceError(408, 'the body took too long to arrive'))
    }
    this.socket.destroy()
  }

  private gone(): void {
    const { exchange } = this
    this.exchange = undefined
    this.sink = undefined
    exchange?.leave()
  }

  /** Takes what has arrived; the memory is used again when this returns, so what is kept is copied. */
  push(bytes: Buffer, length: number): void {
    if (this.discarded >= 0) {
      this.discarded += length
      if (this.discarded > MAX_DISCARD) this.socket.destroy()
      return
    }
    if (this.pending.length === 0) this.take(bytes, length)
    else {
      const all = Buffer.concat([this.pending, bytes.subarray(0, length)])
      this.pending = EMPTY
      this.take(all, all.length)
    }
  }

  private take(bytes: Buffer, to: number): void {
    let from = 0
    this.taking = true
    while (from < to && this.discarded < 0) {
      if (this.skipping > 0) {
        const skipped = Math.min(this.skipping, to - from)
        this.skipping -= skipped
        from += skipped
      } else if (this.sink) from = this.feed(this.sink, bytes, from, to)
      else if (this.exchange) break
      else {
        const next = this.readHead(bytes, from, to)
        if (next < 0) break
        from = next
      }
    }
    this.taking = false
    if (from >= to || this.discarded >= 0) return
    this.pending = Buffer.from(bytes.subarray(from, to))
    // Pipelined bytes wait for the answer under way, and are not read without bound meanwhile.
    if (this.exchange && this.pending.length > MAX_HEAD) this.pause()
  }

  private pause(): void {
    if (this.paused) return
    this.paused = true
    this.socket.pause()
  }

  private resume(): void {
    if (!this.paused) return
    this.paused = false
    this.socket.resume()
  }

  /** Reads nothing more until the exchange under way is answered; returns how many bytes have come beyond its head. */
  hold(): number {
    this.pause()
    return this.taking ? this.left : this.pending.length
  }

  private feed(sink: BodySink, bytes: Buffer, from: number, to: number): number {
    let next: number
    try {
      next = sink.push(bytes, from, to)
    } catch (error) {
      this.fail(error)
      return to
    }
    if (sink.whole && this.sink === sink) {
      this.sink = undefined
      sink.finish()
    }
    return next
  }

  private fail(error: unknown): void {
    const known = error instanceof InferenceError ? error : new InferenceError(400, 'the request cannot be read')
    if (this.exchange) this.exchange.refuseBody(known)
    else {
      writeAnswer(this.socket, errorAnswer(known), false)
      this.discard()
    }
  }

  private discard(): void {
    this.discarded = 0
    this.pending = EMPTY
    this.deadline = coarseNow() + DISCARD_TIMEOUT
    this.socket.end()
  }

  /** Reads a head and begins its exchange; returns where its body starts, or -1 when there is no whole head yet. */
  private readHead(bytes: Buffer, from: number, to: number): number {
    let start = from
    while (start < from + 8 && start + 1 < to && bytes[start] === 0x0d && bytes[start + 1] === 0x0a) start += 2
    let end: number
    try {
      end = this.heads.read(bytes, start, to, MAX_HEAD)
    } catch (error) {
      this.fail(error)
      return -1
    }
    if (end < 0) return -1
    this.left = to - end
    this.begin(this.heads.head)
    return end
  }

  private begin(head: RequestHead): void {
    const exchange = new Exchange(this, head)
    this.exchange = exchange
    this.handler(exchange)
  }

  /** For the exchange under way: its body goes there from now on. */
  receive(sink: BodySink, head: RequestHead, mayTake: number): void {
    this.deadline = coarseNow() + BODY_GRACE + mayTake / BODY_BYTES_PER_MILLISECOND
    this.resume()
    if (head.contentLength === 0) {
      sink.finish()
      return
    }
    if (head.expectsContinue && (this.taking ? this.left : this.pending.length) === 0) this.socket.write(CONTINUE)
    this.sink = sink
    if (!this.taking) this.resumePending()
  }

  get receiving(): boolean {
    return this.sink !== undefined
  }

  /** The exchange has been answered; the connection goes on with the next request, past what is skipped, or ends. */
  finish(keep: boolean, skipped = 0): void {
    this.sink = undefined
    this.exchange = undefined
    this.skipping = skipped
    this.deadline = coarseNow() + (this.socket.writableLength > 0 ? WRITE_TIMEOUT : IDLE_TIMEOUT)
    this.resume()
    if (!keep) {
      this.discard()
      return
    }
    // Not at once: an answer given inside the handler would otherwise recurse for each pipelined request.
    if (this.pending.length > 0) setImmediate(() => !this.exchange && this.resumePending())
  }

  private resumePending(): void {
    const { pending } = this
    if (pending.length === 0 || this.discarded >= 0) return
    this.pending = EMPTY
    this.take(pending, pending.length)
  }
}
