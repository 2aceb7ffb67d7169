/** One request and its answer on a connection. */
import { InferenceError } from '../protocol/errors.ts'
import type { RequestNote } from './request-note.ts'
import { type Answer, errorAnswer, writeBytes } from './wire/answer.ts'
import { type BodyReader, chunkedReader, lengthReader } from './wire/body-reader.ts'
import type { Connection } from './wire/connection.ts'
import type { RequestHead } from './wire/request-head.ts'

/** Where a body goes as it arrives. */
export interface BodySink extends Pick<BodyReader, 'push' | 'whole'> {
  /** It is whole. */
  finish: () => void
}

/** Who must hear that no answer can be given any more, or that there will be no body. */
export interface Owner {
  callerGone: () => void
  /** The owner must answer with this. */
  bodyFault: (error: InferenceError) => void
}

/**
 * A caller who is refused in time would only connect anew, which costs more than reading past a small body. One who
 * waits to be told to send it may never do so.
 */
const SKIPPED_BODY = 65_536
const mayBeSkipped = ({ contentLength, expectsContinue }: RequestHead): boolean =>
  contentLength > 0 && contentLength <= SKIPPED_BODY && !expectsContinue

export class Exchange {
  readonly head: RequestHead
  readonly startedAt = performance.now()
  /** The caller has left: nobody will read an answer. */
  gone = false
  answered = false
  /** Without one the connection answers faults of the body itself. */
  owner: Owner | undefined = undefined
  /** What the log and the trace should know of it besides; set for what is worth a look. */
  note: RequestNote | undefined = undefined
  /** How long it has waited for its model to be loaded again. */
  waitedMilliseconds = 0
  private unread: boolean
  private readonly connection: Connection

  constructor(connection: Connection, head: RequestHead) {
    this.connection = connection
    this.head = head
    this.unread = head.contentLength !== 0
  }

  /** What is left of the time that the caller gives; 0 when they give none in particular. */
  get patience(): number {
    const { timeoutMilliseconds } = this.head
    return timeoutMilliseconds === 0 ? 0 : Math.max(1, timeoutMilliseconds - this.waitedMilliseconds)
  }

  /** Reads the body, which must not be longer; the alternative is to answer at once. */
  readInto(limit: number, sink: BodySink): void {
    const { head } = this
    if (head.contentLength > limit) {
      const what = `the body has ${head.contentLength} bytes; the most this runtime takes is ${limit}`
      this.refuseBody(new InferenceError(413, what))
      return
    }
    this.unread = false
    this.connection.receive(sink, head, head.contentLength < 0 ? limit : head.contentLength)
  }

  readBody(limit: number, then: (body: Buffer) => void, given?: BodyReader): void {
    const { contentLength } = this.head
    const reader = given ?? (contentLength < 0 ? chunkedReader(limit) : lengthReader(Math.min(contentLength, limit)))
    this.readInto(limit, {
      get whole() {
        return reader.whole
      },
      push: reader.push,
      finish: () => then(reader.body),
    })
  }

  /** Until it is answered nothing more is read; returns how many bytes wait in memory meanwhile. */
  hold(): number {
    return this.connection.hold()
  }

  refuse(error: InferenceError): void {
    this.answer(errorAnswer(error))
  }

  refuseBody(error: InferenceError): void {
    if (this.owner) this.owner.bodyFault(error)
    else this.refuse(error)
  }

  answer(answer: Answer): void {
    const body = typeof answer.body === 'string' ? Buffer.from(answer.body, 'utf8') : answer.body
    this.answerBytes(answer, body, 0, body.length)
  }

  /** The bytes between `from` and `to` are not kept. */
  answerBytes(answer: Omit<Answer, 'body'>, bytes: Buffer, from: number, to: number): void {
    if (this.gone || this.answered) return
    this.answered = true
    const { connection, head } = this
    if (answer.status >= 400 || this.note) connection.onAnswered?.(this, answer.status, to - from)
    const skipped = this.unread && mayBeSkipped(head) ? head.contentLength : 0
    const keep = head.keepAlive && (!this.unread || skipped > 0) && !connection.receiving
    writeBytes(connection.socket, answer, bytes, from, to, keep, head.method === 'HEAD')
    connection.finish(keep, skipped)
  }

  leave(): void {
    if (this.gone) return
    this.gone = true
    this.owner?.callerGone()
  }
}
