/**
 * An acceptor's side of one engine: requests wait here by tenant and leave in frames. Whatever waits when the engine can
 * take more goes together; nothing ever waits for company.
 */
import { connect, type Socket } from 'node:net'
import { type BodyKind, frameReader, readAnswers, requestFrame, type WireAnswer } from '../engine/frames.ts'
import { InferenceError } from '../protocol/errors.ts'
import type { Slot } from './body-slots.ts'
import { FairQueue } from './fair-queue.ts'

export interface Job {
  kind: BodyKind
  name: string
  jsonLength: number | undefined
  body: Buffer
  slot: Slot | undefined
  tenant: string
  /** When the caller stops waiting, on performance.now()'s clock. */
  deadline: number
  enqueuedAt: number
  sentAt: number
  /** Answered or abandoned: nothing more is owed to the caller. */
  over: boolean
  done: (answer: WireAnswer) => void
  failed: (error: InferenceError) => void
}

/** The engine will not read the body any more. */
const finishedWith = (job: Job): void => {
  job.slot?.release()
  job.slot = undefined
}

interface Frame {
  left: number
  sentAt: number
}

export interface EngineClientOptions {
  socket: string
  prefix: string
  /** The folder of large bodies. */
  slotFolder: string
  maxBatch: number
  lanes: number
  timeoutMilliseconds: number
  weightOf: (tenant: string) => number
  /** The engine has not answered for longer than its model may take. */
  onStuck: () => void
}

const MAX_FRAME_BYTES = 1_048_576

export const engineLost = (): InferenceError =>
  new InferenceError(503, 'the engine running this model stopped while it had this request: try again', 1)

export const deadlineExceeded = (): InferenceError =>
  new InferenceError(504, 'no answer in the time the caller or the model allows')

export class EngineClient {
  private readonly options: EngineClientOptions
  private readonly queue: FairQueue<Job>
  private readonly socket: Socket
  private readonly sent = new Map<number, { job: Job; frame: Frame }>()
  private readonly frames = new Set<Frame>()
  /** Everything that is owed an answer, waiting or sent. */
  private readonly owed = new Set<Job>()
  private nextId = 1
  private scheduled = false
  private progressAt = 0
  private closed = false

  constructor(options: EngineClientOptions) {
    this.options = options
    this.queue = new FairQueue(options.weightOf)
    this.socket = connect(options.socket)
    this.socket.write(`${options.prefix} ${options.slotFolder}\n`)
    const read = frameReader((payload, count) => this.receive(readAnswers(payload, count)))
    this.socket.on('data', (chunk: Buffer) => {
      try {
        read(chunk)
      } catch {
        this.socket.destroy() // not a frame: the engine is not to be trusted any more
      }
    })
    this.socket.on('error', () => this.socket.destroy())
    this.socket.on('close', () => this.lose())
  }

  get waiting(): number {
    return this.queue.size
  }

  get underWay(): number {
    return this.sent.size
  }

  submit(job: Job): void {
    if (this.closed) {
      finishedWith(job)
      job.over = true
      job.failed(engineLost())
      return
    }
    this.owed.add(job)
    this.queue.push(job.tenant, job)
    this.schedule()
  }

  /** Ends it once nothing is under way; callers send nothing more. */
  retire(): void {
    if (this.queue.size === 0 && this.sent.size === 0) this.socket.destroy()
    else setTimeout(() => this.retire(), 20).unref()
  }

  /** Called a few dozen times a second: deadlines of callers and of the engine. */
  sweep(now: number): void {
    for (const job of this.owed) {
      if (job.over) this.owed.delete(job)
      else if (job.deadline <= now) this.expire(job)
    }
    if (this.sent.size === 0) return
    const oldest = this.frames.values().next().value
    const silent = now - this.progressAt
    const limit = this.options.timeoutMilliseconds
    if (silent > limit || (oldest !== undefined && now - oldest.sentAt > limit * (this.options.lanes + 2))) {
      this.progressAt = now
      this.options.onStuck()
    }
  }

  private expire(job: Job): void {
    this.owed.delete(job)
    job.over = true
    job.failed(deadlineExceeded())
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    // After this round of the loop, when every request that has arrived has been read.
    setImmediate(() => {
      this.scheduled = false
      this.flush()
    })
  }

  private flush(): void {
    while (this.queue.size > 0 && this.frames.size <= this.options.lanes && !this.closed) {
      const jobs = this.takeBatch()
      if (jobs.length === 0) return
      this.send(jobs)
    }
  }

  private takeBatch(): Job[] {
    const now = performance.now()
    const jobs: Job[] = []
    let bytes = 0
    while (jobs.length < this.options.maxBatch && bytes < MAX_FRAME_BYTES) {
      const job = this.queue.shift()
      if (!job) break
      if (job.over) {
        finishedWith(job)
        continue
      }
      if (job.deadline <= now) {
        finishedWith(job)
        this.expire(job)
        continue
      }
      job.sentAt = now
      bytes += job.body.length + (job.slot?.length ?? 0)
      jobs.push(job)
    }
    return jobs
  }

  private send(jobs: Job[]): void {
    const frame: Frame = { left: jobs.length, sentAt: performance.now() }
    if (this.frames.size === 0) this.progressAt = frame.sentAt
    this.frames.add(frame)
    const chunks = requestFrame(
      jobs.map((job) => {
        const id = this.nextId
        this.nextId = id === 0xffffffff ? 1 : id + 1
        this.sent.set(id, { job, frame })
        return { id, kind: job.kind, name: job.name, jsonLength: job.jsonLength, body: job.body, slot: job.slot }
      }),
    )
    if (chunks.length === 1 && chunks[0]) this.socket.write(chunks[0])
    else {
      this.socket.cork()
      for (const chunk of chunks) this.socket.write(chunk)
      this.socket.uncork()
    }
  }

  private receive(answers: WireAnswer[]): void {
    this.progressAt = performance.now()
    for (const answer of answers) {
      const found = this.sent.get(answer.id)
      if (!found) continue
      this.sent.delete(answer.id)
      if (--found.frame.left === 0) this.frames.delete(found.frame)
      finishedWith(found.job)
      this.owed.delete(found.job)
      if (found.job.over) continue
      found.job.over = true
      found.job.done(answer)
    }
    this.flush()
  }

  private lose(): void {
    if (this.closed) return
    this.closed = true
    for (const { job } of this.sent.values()) finishedWith(job)
    for (const job of this.queue.drain()) finishedWith(job)
    const owed = [...this.owed]
    this.owed.clear()
    this.sent.clear()
    this.frames.clear()
    for (const job of owed) {
      if (job.over) continue
      job.over = true
      job.failed(engineLost())
    }
  }
}
