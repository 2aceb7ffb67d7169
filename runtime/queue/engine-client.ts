/**
 * An acceptor's side of one engine: requests wait here by tenant and leave in frames. Whatever waits when the engine can
 * take more goes together; nothing ever waits for company.
 *
 * Requests are looked up in arrays and not in maps or sets: those leave behind a chain of outgrown tables, through which
 * the collector of young objects takes answered requests for living ones, and its pauses become those of every caller.
 */
import { connect, type Socket } from 'node:net'
import { frameReader } from '../engine/frames/frame-reader.ts'
import {
  FrameWriter,
  type OutgoingRequest,
  readAnswers,
  sendRequests,
  type WireAnswer,
} from '../engine/frames/frames.ts'
import { InferenceError } from '../protocol/errors.ts'
import { BodyArena } from './body-arena.ts'
import { FairQueue } from './fair-queue.ts'

export interface Job extends OutgoingRequest {
  readonly tenant: string
  /** When the caller stops waiting, on performance.now()'s clock. */
  readonly deadline: number
  readonly enqueuedAt: number
  sentAt: number
  /** Answered or abandoned: nothing more is owed to the caller. */
  over: boolean
  /** The answer's bytes are valid during the call only. */
  done: (answer: WireAnswer) => void
  failed: (error: InferenceError) => void
  /** The engine will not read the body any more. */
  freeBody: () => void
}

interface Frame {
  left: number
  sentAt: number
}

interface Sent {
  job: Job | undefined
  frame: Frame | undefined
  /** Tells one use of this place from the next. */
  turn: number
}

export interface EngineClientOptions {
  socket: string
  prefix: string
  /** The folder of large bodies. */
  slotFolder: string
  maxBatch: number
  lanes: number
  timeoutMilliseconds: number
  /** How long callers should stay away who lose their answers with the engine. */
  awaySeconds: number
  weightOf: (tenant: string) => number
  /** The engine has not answered for longer than its model may take. */
  onStuck: () => void
}

const MAX_FRAME_BYTES = 1_048_576
const READ_BUFFER = 262_144
/** An id is a place and the turn of its use. */
const PLACE_BITS = 16
const PLACES = 1 << PLACE_BITS

export const engineLost = (awaySeconds: number): InferenceError =>
  new InferenceError(503, 'the engine running this model stopped while it had this request: try again', awaySeconds)

export const deadlineExceeded = (): InferenceError =>
  new InferenceError(504, 'no answer in the time the caller or the model allows')

export class EngineClient {
  readonly bodies = new BodyArena()
  private readonly options: EngineClientOptions
  private readonly queue: FairQueue<Job>
  private readonly socket: Socket
  private readonly writer: FrameWriter
  private readonly sent: Sent[] = []
  private readonly freePlaces: number[] = []
  private inFlight = 0
  private readonly frames: Frame[] = []
  private readonly batch: Job[] = []
  private readonly ids: number[] = []
  private scheduled = false
  private progressAt = 0
  private closed = false

  constructor(options: EngineClientOptions) {
    this.options = options
    this.queue = new FairQueue(options.weightOf)
    const read = frameReader((bytes, from, length, count) => this.receive(readAnswers(bytes, from, length, count)))
    const buffer = Buffer.allocUnsafeSlow(READ_BUFFER)
    this.socket = connect({
      path: options.socket,
      onread: {
        buffer,
        callback: (length) => {
          try {
            read(buffer, length)
          } catch {
            this.socket.destroy() // not a frame: the engine is not to be trusted any more
          }
          return true
        },
      },
    })
    this.writer = new FrameWriter(this.socket)
    this.socket.write(`${options.prefix} ${options.slotFolder}\n`)
    this.socket.on('error', () => this.socket.destroy())
    this.socket.on('close', () => this.lose())
  }

  get waiting(): number {
    return this.queue.size
  }

  get underWay(): number {
    return this.inFlight
  }

  submit(job: Job): void {
    if (this.closed) {
      job.freeBody()
      job.over = true
      job.failed(engineLost(this.options.awaySeconds))
      return
    }
    this.queue.push(job.tenant, job)
    this.schedule()
  }

  /** Ends it once nothing is under way; callers send nothing more. */
  retire(): void {
    if (this.queue.size === 0 && this.inFlight === 0) this.socket.destroy()
    else setTimeout(() => this.retire(), 20).unref()
  }

  /** Called a few dozen times a second: deadlines of callers and of the engine. */
  sweep(now: number): void {
    this.queue.visit((job) => this.expireIfLate(job, now))
    if (this.inFlight === 0) return
    for (const { job } of this.sent) if (job) this.expireIfLate(job, now)
    const oldest = this.frames[0]
    const silent = now - this.progressAt
    const limit = this.options.timeoutMilliseconds
    if (silent > limit || (oldest !== undefined && now - oldest.sentAt > limit * (this.options.lanes + 2))) {
      this.progressAt = now
      this.options.onStuck()
    }
  }

  private expireIfLate(job: Job, now: number): void {
    if (job.over || job.deadline > now) return
    job.over = true
    job.failed(deadlineExceeded())
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    // After this round of the loop, when every request that has arrived has been read.
    setImmediate(this.flushScheduled)
  }

  private readonly flushScheduled = (): void => {
    this.scheduled = false
    this.flush()
  }

  private flush(): void {
    while (this.queue.size > 0 && this.frames.length <= this.options.lanes && !this.closed) {
      this.takeBatch()
      if (this.batch.length === 0) return
      this.send()
    }
  }

  private takeBatch(): void {
    const now = performance.now()
    const { batch } = this
    batch.length = 0
    let bytes = 0
    while (batch.length < this.options.maxBatch && bytes < MAX_FRAME_BYTES && batch.length + this.inFlight < PLACES) {
      const job = this.queue.shift()
      if (!job) break
      this.expireIfLate(job, now)
      if (job.over) {
        job.freeBody()
        continue
      }
      job.sentAt = now
      bytes += job.length + (job.slot?.length ?? 0)
      batch.push(job)
    }
  }

  private send(): void {
    const { batch, ids } = this
    const frame: Frame = { left: batch.length, sentAt: performance.now() }
    if (this.frames.length === 0) this.progressAt = frame.sentAt
    this.frames.push(frame)
    ids.length = 0
    for (const job of batch) ids.push(this.place(job, frame))
    sendRequests(this.writer, batch, ids)
    batch.length = 0
  }

  /** Remembers a job under way and returns the id it goes by. */
  private place(job: Job, frame: Frame): number {
    this.inFlight++
    const index = this.freePlaces.pop() ?? this.sent.length
    let place = this.sent[index]
    if (!place) {
      place = { job: undefined, frame: undefined, turn: 0 }
      this.sent.push(place)
    }
    place.job = job
    place.frame = frame
    place.turn = (place.turn + 1) % PLACES
    return place.turn * PLACES + index
  }

  private receive(answers: readonly WireAnswer[]): void {
    this.progressAt = performance.now()
    for (const answer of answers) {
      const index = answer.id % PLACES
      const place = this.sent[index]
      const job = place?.job
      const frame = place?.frame
      if (!place || !job || !frame || place.turn * PLACES + index !== answer.id) continue
      place.job = undefined
      place.frame = undefined
      this.freePlaces.push(index)
      this.inFlight--
      if (--frame.left === 0) this.frames.splice(this.frames.indexOf(frame), 1)
      if (!job.over) {
        job.over = true
        job.done(answer)
      }
      job.freeBody()
    }
    this.flush()
  }

  private lose(): void {
    if (this.closed) return
    this.closed = true
    const owed = this.queue.drain()
    for (const place of this.sent) {
      if (place.job) owed.push(place.job)
      place.job = undefined
    }
    this.inFlight = 0
    this.frames.length = 0
    for (const job of owed) {
      job.freeBody()
      if (job.over) continue
      job.over = true
      job.failed(engineLost(this.options.awaySeconds))
    }
  }
}
