/** One request on its way: its place in the limits, its body, and whom to tell. One object, because there are many. */
import type { BodyKind, WireAnswer } from '../engine/frames/frames.ts'
import type { ModelRoute, VersionRoute } from '../http/route-table.ts'
import { observe, type RequestStats, ROWS_BUCKETS, SECONDS_BUCKETS } from '../metrics/request-stats.ts'
import type { InferenceError } from '../protocol/errors.ts'
import { returnMemory, takeBuffer } from '../protocol/kept-memory.ts'
import { ARENA_BODY, type Block, type BodyArena } from './body-arena.ts'
import type { Slot } from './body-slots.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Job } from './engine-client.ts'

const NOTHING = Buffer.alloc(0)

/** The bytes of a request, wherever they lie. */
export abstract class Body {
  bytes: Buffer = NOTHING
  from = 0
  length = 0
  /** Where a large body lies; `length` is nothing then. */
  slot: Slot | undefined = undefined
  private arena: BodyArena | undefined = undefined
  private block: Block | undefined = undefined

  /** Copies a small body to where it may wait. */
  protected store(bytes: Buffer, from: number, to: number, arena: BodyArena | undefined): void {
    const length = to - from
    this.length = length
    if (!arena || length > ARENA_BODY) {
      this.bytes = takeBuffer(length)
      this.from = 0
    } else {
      const block = arena.take(length)
      this.arena = arena
      this.block = block
      this.bytes = block.bytes
      this.from = block.used - length
    }
    bytes.copy(this.bytes, this.from, from, to)
  }

  protected hold(bytes: Buffer): void {
    this.bytes = bytes
    this.from = 0
    this.length = bytes.length
  }

  /** Nobody will read the body any more. */
  freeBody(): void {
    this.slot?.release()
    this.slot = undefined
    if (this.arena && this.block) this.arena.release(this.block)
    this.block = undefined
    returnMemory(this.bytes.buffer)
    this.bytes = NOTHING
    this.length = 0
  }
}

export abstract class Call extends Body implements Job {
  readonly kind: BodyKind
  readonly model: ModelRoute
  readonly version: VersionRoute
  readonly tenant: string
  readonly stats: RequestStats
  name = ''
  jsonLength: number | undefined = undefined
  /** How long the caller will wait; 0 when it does not say. */
  patience = 0
  deadline = 0
  enqueuedAt = 0
  sentAt = 0
  over = false
  private inside = false
  protected readonly dispatcher: Dispatcher

  /** Throws when a limit is reached. */
  constructor(dispatcher: Dispatcher, model: ModelRoute, version: VersionRoute, tenant: string, kind: BodyKind) {
    super()
    this.dispatcher = dispatcher
    this.model = model
    this.version = version
    this.tenant = tenant
    this.kind = kind
    this.stats = dispatcher.statsOf(model, version)
    dispatcher.enter(model, tenant)
    this.inside = true
  }

  /** The answer's bytes are valid during the call only. */
  abstract answered(answer: WireAnswer, queuedMilliseconds: number): void
  abstract failed(error: InferenceError): void

  done(answer: WireAnswer): void {
    const { stats } = this
    const queued = this.sentAt - this.enqueuedAt + answer.waitMicros / 1000
    observe(stats.queue, SECONDS_BUCKETS, queued / 1000)
    if (answer.batchRows > 0) {
      observe(stats.batchRows, ROWS_BUCKETS, answer.batchRows)
      stats.runSeconds += answer.runMicros / 1e6
      stats.runs++
    }
    this.answered(answer, queued)
    if (answer.status === 200) this.dispatcher.shadow(this, answer)
  }

  /** Gives its place in the limits back; doing so twice is harmless. */
  leave(): void {
    if (!this.inside) return
    this.inside = false
    this.dispatcher.leave(this.model, this.tenant)
  }

  /** Nobody waits for the answer any more. */
  abandon(): void {
    this.over = true
    this.leave()
  }
}
