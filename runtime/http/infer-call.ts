/** One infer or predict request over HTTP: takes its body as it comes, goes through the queue, writes its answer. */
import { constants, gunzip, gzip, inflate } from 'node:zlib'
import type { BodyKind, WireAnswer } from '../engine/frames/frames.ts'
import { bodyKind } from '../engine/frames/frames.ts'
import { observe, SECONDS_BUCKETS } from '../metrics/request-stats.ts'
import { InferenceError } from '../protocol/errors.ts'
import { takeBuffer } from '../protocol/kept-memory.ts'
import { LARGE_BODY } from '../queue/body-slots.ts'
import { Call } from '../queue/call.ts'
import type { Dispatcher } from '../queue/dispatcher.ts'
import type { Limits } from '../queue/limits.ts'
import { stagesOf } from '../telemetry/request-record.ts'
import type { RequestWatch } from '../telemetry/request-watch.ts'
import { traceparentOf } from '../telemetry/trace-context.ts'
import type { BodySink, Exchange, Owner } from './exchange.ts'
import { emptyNote, type RequestNote } from './request-note.ts'
import type { ModelRoute, VersionRoute } from './route-table.ts'
import { type Answer, BINARY_TYPE, errorAnswer, JSON_TYPE } from './wire/answer.ts'
import { type BodyReader, chunkedReader, lengthReader } from './wire/body-reader.ts'
import type { OnAnswered } from './wire/connection.ts'

export interface InferSettings {
  dispatcher: Dispatcher
  limits: Limits
  maxBodyBytes: number
  bodyBudgetBytes: number
  prefix: string
  watch: RequestWatch
  onAnswered: OnAnswered
}

const MIN_GZIP = 1400
/** The caller went away before there was an answer. */
const LEFT = 499
const MAX_LOGGED = 300

const inflateBody = (coding: string, body: Buffer, limit: number, then: (body: Buffer | InferenceError) => void) => {
  const options = { maxOutputLength: limit }
  const finish = (error: Error | null, out: Buffer) => {
    if (!error) return then(out)
    const large = 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    then(
      large
        ? new InferenceError(413, `the body unpacks to more than ${limit} bytes`)
        : new InferenceError(400, `the body is not valid ${coding}`),
    )
  }
  if (coding === 'gzip') gunzip(body, options, finish)
  else if (coding === 'deflate') inflate(body, options, finish)
  else
    then(new InferenceError(415, `content encoding "${coding.slice(0, 50)}" is not served: send gzip, deflate or none`))
}

const thousandths = Array.from({ length: 1000 }, (_, micros) => `.${String(micros).padStart(3, '0')}`)

/** Whole microseconds as milliseconds with three digits; toFixed takes ten times as long. */
const milliseconds = (micros: number): string => {
  const whole = Math.trunc(micros / 1000)
  return `${whole}${thousandths[micros - whole * 1000] ?? ''}`
}

const timingHeader = (answer: WireAnswer, queued: number): string =>
  `Server-Timing: parse;dur=${milliseconds(answer.parseMicros)}, queue;dur=${milliseconds(Math.round(queued * 1000))}, run;dur=${milliseconds(answer.runMicros)}, serialize;dur=${milliseconds(answer.writeMicros)}\r\n`

let sequence = 0

type Head = Omit<Answer, 'body'>

export class InferCall extends Call implements BodySink, Owner {
  whole = false
  private readonly settings: InferSettings
  private readonly exchange: Exchange
  private reader: (BodyReader & { abandon?: () => void }) | undefined = undefined
  private reserved = 0
  private submitted = false

  constructor(
    settings: InferSettings,
    exchange: Exchange,
    model: ModelRoute,
    version: VersionRoute,
    tenant: string,
    kind: BodyKind,
  ) {
    super(settings.dispatcher, model, version, tenant, kind)
    this.settings = settings
    this.exchange = exchange
  }

  start(): void {
    const { exchange, settings } = this
    const { contentLength, contentEncoding } = exchange.head
    const reserved = contentLength < 0 ? settings.maxBodyBytes : Math.min(contentLength, settings.maxBodyBytes)
    if (!settings.limits.takeBytes(reserved, settings.bodyBudgetBytes)) {
      const why = 'the server holds as many request bodies as it has memory for: try again in a moment'
      this.failed(new InferenceError(503, why, 1))
      return
    }
    this.reserved = reserved
    exchange.owner = this
    if (contentLength >= LARGE_BODY && contentLength <= settings.maxBodyBytes && contentEncoding === '') {
      this.reader = settings.dispatcher.slots.reader(contentLength, (filled) => {
        this.slot = filled
      })
    }
    exchange.readInto(settings.maxBodyBytes, this)
  }

  push(bytes: Buffer, from: number, to: number): number {
    const { contentLength, contentEncoding } = this.exchange.head
    if (!this.reader && contentEncoding === '' && contentLength >= 0 && to - from >= contentLength) {
      this.store(bytes, from, from + contentLength, this.settings.dispatcher.bodiesOf(this.version))
      this.whole = true
      return from + contentLength
    }
    // What is unpacked elsewhere may be read there when this request is over already.
    const make = contentEncoding === '' ? takeBuffer : undefined
    this.reader ??= contentLength < 0 ? chunkedReader(this.settings.maxBodyBytes) : lengthReader(contentLength, make)
    const next = this.reader.push(bytes, from, to)
    this.whole = this.reader.whole
    return next
  }

  finish(): void {
    const { contentEncoding } = this.exchange.head
    if (this.reader && !this.slot) this.hold(this.reader.body)
    this.stats.bytesIn += this.slot?.length ?? this.length
    if (contentEncoding === '' || contentEncoding === 'identity') {
      this.dispatch()
      return
    }
    inflateBody(contentEncoding, this.bytes, this.settings.maxBodyBytes, (body) => {
      if (this.exchange.gone) return
      if (body instanceof InferenceError) this.failed(body)
      else {
        this.hold(body)
        this.dispatch()
      }
    })
  }

  private dispatch(): void {
    const { head } = this.exchange
    const length = this.slot?.length ?? this.length
    if (this.kind === bodyKind.infer && head.jsonLength !== undefined && head.jsonLength > length) {
      const what = `Inference-Header-Content-Length is ${head.jsonLength}, but the body has only ${length} bytes`
      this.failed(new InferenceError(400, what))
      return
    }
    this.name = head.requestId || `${this.settings.prefix}${(sequence++).toString(36)}`
    this.jsonLength = head.jsonLength
    this.patience = this.exchange.patience
    const { note } = this.exchange
    if (note) {
      note.requestId = this.name
      note.bytesIn = length
      note.receivedIn = performance.now() - this.exchange.startedAt
    }
    this.submitted = true
    this.settings.dispatcher.submit(this)
  }

  answered(answer: WireAnswer, queued: number): void {
    const { status, jsonLength, bytes, from, to } = answer
    let headers = `X-Request-Id: ${this.name}\r\n${timingHeader(answer, queued)}`
    if (status >= 400) this.exchange.note ??= emptyNote()
    const { note } = this.exchange
    if (note) {
      note.requestId = this.name
      note.stages = stagesOf(answer, queued)
      if (note.trace) headers += `traceparent: ${traceparentOf(note.trace)}\r\n`
    }
    if (status === 200 && this.model.versions.length > 1) headers += `X-Model-Version: ${this.version.version}\r\n`
    if (jsonLength !== undefined) headers += `Inference-Header-Content-Length: ${jsonLength}\r\n`
    const head: Head = { status, contentType: jsonLength === undefined ? JSON_TYPE : BINARY_TYPE, headers }
    if (!this.exchange.head.acceptsGzip || to - from < MIN_GZIP) {
      this.respond(head, bytes, from, to)
      return
    }
    const plain = Buffer.from(bytes.subarray(from, to))
    gzip(plain, { level: constants.Z_BEST_SPEED }, (error, packed) => {
      if (error) this.respond(head, plain, 0, plain.length)
      else {
        const packedHeaders = `${headers}Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n`
        this.respond({ ...head, headers: packedHeaders }, packed, 0, packed.length)
      }
    })
  }

  failed(error: InferenceError): void {
    if (!this.submitted) this.freeBody()
    const { requestId } = this.exchange.head
    const answer = errorAnswer(error, requestId === '' ? '' : `X-Request-Id: ${requestId}\r\n`)
    const body = Buffer.from(answer.body)
    this.respond(answer, body, 0, body.length)
  }

  private respond(head: Head, bytes: Buffer, from: number, to: number): void {
    const { stats, exchange } = this
    stats.codes[head.status] = (stats.codes[head.status] ?? 0) + 1
    stats.bytesOut += to - from
    observe(stats.duration, SECONDS_BUCKETS, (performance.now() - exchange.startedAt) / 1000)
    this.leave()
    if (head.status >= 400 || exchange.note) {
      const note = this.noteIt()
      if (head.status >= 500) note.error = bytes.toString('utf8', from, Math.min(to, from + MAX_LOGGED))
    }
    exchange.answerBytes(head, bytes, from, to)
  }

  private noteIt(): RequestNote {
    const { exchange, model, version } = this
    exchange.note ??= emptyNote()
    return Object.assign(exchange.note, { model: model.name, version: version.version, tenant: model.tenant })
  }

  callerGone(): void {
    this.stats.codes[LEFT] = (this.stats.codes[LEFT] ?? 0) + 1
    this.abandon()
    if (!this.submitted) this.freeBody()
    this.noteIt()
    this.settings.onAnswered(this.exchange, LEFT, 0)
  }

  bodyFault(error: InferenceError): void {
    this.failed(error)
  }

  override leave(): void {
    // Until the body is whole, its slot goes back with everything else the request holds.
    if (!this.slot && !this.submitted) this.reader?.abandon?.()
    if (this.reserved > 0) this.settings.limits.giveBytes(this.reserved)
    this.reserved = 0
    super.leave()
  }
}
