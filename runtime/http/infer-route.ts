/** POST …/infer and POST /predict: limits first, then the body, then the engine, then the answer. */
import { constants, gunzip, gzip, inflate } from 'node:zlib'
import { type BodyKind, bodyKind, type WireAnswer } from '../engine/frames.ts'
import { observe, SECONDS_BUCKETS } from '../metrics/request-stats.ts'
import { InferenceError } from '../protocol/errors.ts'
import { LARGE_BODY, type Slot } from '../queue/body-slots.ts'
import type { Admission, Dispatcher } from '../queue/dispatcher.ts'
import type { Limits } from '../queue/limits.ts'
import { stagesOf } from '../telemetry/request-record.ts'
import type { RequestWatch } from '../telemetry/request-watch.ts'
import { traceparentOf } from '../telemetry/trace-context.ts'
import { type Answer, BINARY_TYPE, errorAnswer, JSON_TYPE } from './answer.ts'
import type { Exchange, OnAnswered } from './connection.ts'
import { emptyNote, type RequestNote } from './request-note.ts'
import type { ModelRoute } from './route-table.ts'

export interface InferRouteOptions {
  dispatcher: Dispatcher
  limits: Limits
  maxBodyBytes: number
  bodyBudgetBytes: number
  prefix: string
  watch: RequestWatch
  onAnswered: OnAnswered
}

export interface InferTarget {
  model: ModelRoute
  /** Undefined for any version by weight. */
  version: string | undefined
  kind: BodyKind
}

const MIN_GZIP = 1400
/** The caller went away before there was an answer. */
const LEFT = 499
const MAX_LOGGED = 300
const plainTypes = ['application/json', 'application/octet-stream', 'application/x-www-form-urlencoded', 'text/plain']

const checkType = (type: string): void => {
  if (type === '' || plainTypes.some((each) => type.startsWith(each)) || type.includes('+json')) return
  throw new InferenceError(
    415,
    `content type "${type.slice(0, 100)}" is not served: send application/json or application/octet-stream`,
  )
}

const inflateBody = (coding: string, body: Buffer, limit: number, then: (body: Buffer | InferenceError) => void) => {
  if (coding === '' || coding === 'identity') return then(body)
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

const milliseconds = (micros: number): string => (micros / 1000).toFixed(3)

const timingHeader = (answer: WireAnswer, queued: number): string =>
  `Server-Timing: parse;dur=${milliseconds(answer.parseMicros)}, queue;dur=${queued.toFixed(3)}, run;dur=${milliseconds(answer.runMicros)}, serialize;dur=${milliseconds(answer.writeMicros)}\r\n`

let sequence = 0

export const inferRoute = (options: InferRouteOptions) => {
  const { dispatcher, limits, prefix, watch } = options

  const respond = (exchange: Exchange, admission: Admission, answer: Answer): void => {
    const { stats } = admission
    stats.codes[answer.status] = (stats.codes[answer.status] ?? 0) + 1
    stats.bytesOut += answer.body.length
    observe(stats.duration, SECONDS_BUCKETS, (performance.now() - exchange.startedAt) / 1000)
    admission.leave()
    if (answer.status >= 400 || exchange.note) {
      const note = noteOf(exchange, admission)
      if (answer.status >= 500) note.error = answer.body.toString().slice(0, MAX_LOGGED)
    }
    exchange.answer(answer)
  }

  const noteOf = (exchange: Exchange, { model, version }: Admission): RequestNote => {
    exchange.note ??= emptyNote()
    return Object.assign(exchange.note, { model: model.name, version: version.version, tenant: model.tenant })
  }

  const finish = (exchange: Exchange, admission: Admission, answer: WireAnswer, queued: number, id: string) => {
    const { head } = exchange
    let headers = `X-Request-Id: ${id}\r\n${timingHeader(answer, queued)}`
    if (answer.status >= 400) exchange.note ??= emptyNote()
    const { note } = exchange
    if (note) {
      note.requestId = id
      note.stages = stagesOf(answer, queued)
    }
    if (note?.trace) headers += `traceparent: ${traceparentOf(note.trace)}\r\n`
    if (answer.status === 200 && admission.model.versions.length > 1)
      headers += `X-Model-Version: ${admission.version.version}\r\n`
    if (answer.jsonLength !== undefined) headers += `Inference-Header-Content-Length: ${answer.jsonLength}\r\n`
    const contentType = answer.jsonLength === undefined ? JSON_TYPE : BINARY_TYPE
    const plain: Answer = { status: answer.status, contentType, headers, body: answer.body }
    if (!head.acceptsGzip || answer.body.length < MIN_GZIP) return respond(exchange, admission, plain)
    gzip(answer.body, { level: constants.Z_BEST_SPEED }, (error, packed) => {
      respond(
        exchange,
        admission,
        error
          ? plain
          : { ...plain, headers: `${headers}Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n`, body: packed },
      )
    })
  }

  return (exchange: Exchange, target: InferTarget, tenant: string): void => {
    const { head } = exchange
    const { model } = target
    if (watch.attentive) exchange.note = { ...emptyNote(), model: model.name, trace: watch.trace(head.traceparent) }
    let admission: Admission
    try {
      checkType(head.contentType)
      const version = dispatcher.choose(model, target.version, head.stickyKey)
      try {
        admission = dispatcher.admit(model, version, tenant)
      } catch (error) {
        const { codes } = dispatcher.statsFor(model.name, version.version, model.tenant)
        codes[429] = (codes[429] ?? 0) + 1
        throw error
      }
    } catch (error) {
      if (!(error instanceof InferenceError)) throw error
      if (error.status === 503) {
        const { codes } = dispatcher.statsFor(model.name, '', model.tenant)
        codes[503] = (codes[503] ?? 0) + 1
      }
      exchange.answer(errorAnswer(error))
      return
    }

    const reserved = head.contentLength < 0 ? options.maxBodyBytes : Math.min(head.contentLength, options.maxBodyBytes)
    const fail = (error: InferenceError): void =>
      respond(
        exchange,
        admission,
        errorAnswer(error, head.requestId === '' ? '' : `X-Request-Id: ${head.requestId}\r\n`),
      )
    if (!limits.takeBytes(reserved, options.bodyBudgetBytes)) {
      fail(
        new InferenceError(
          503,
          'the server holds as many request bodies as it has memory for: try again in a moment',
          1,
        ),
      )
      return
    }
    let holding = true
    const giveBack = (): void => {
      if (holding) limits.giveBytes(reserved)
      holding = false
    }
    const leave = admission.leave
    admission.leave = () => {
      giveBack()
      leave()
    }
    const left = (): void => {
      admission.stats.codes[LEFT] = (admission.stats.codes[LEFT] ?? 0) + 1
      admission.leave()
      noteOf(exchange, admission)
      options.onAnswered(exchange, LEFT, 0)
    }
    exchange.onGone = left
    exchange.onBodyFault = fail

    const { contentLength } = head
    let slot: Slot | undefined
    const inSlot = contentLength >= LARGE_BODY && contentLength <= options.maxBodyBytes && head.contentEncoding === ''
    const reader = inSlot
      ? dispatcher.slots.reader(contentLength, (filled) => {
          slot = filled
        })
      : undefined
    if (reader) {
      const { leave: leaveAll } = admission
      // Until the engine has it, a slot goes back with everything else the request holds.
      admission.leave = () => {
        if (!slot) reader.abandon()
        leaveAll()
      }
    }

    const received = (raw: Buffer): void => {
      admission.stats.bytesIn += slot?.length ?? raw.length
      inflateBody(head.contentEncoding, raw, options.maxBodyBytes, (body) => {
        if (exchange.gone) return
        if (body instanceof InferenceError) fail(body)
        else dispatch(body)
      })
    }

    const dispatch = (body: Buffer): void => {
      const length = slot?.length ?? body.length
      if (target.kind === bodyKind.infer && (head.jsonLength ?? 0) > length) {
        slot?.release()
        fail(
          new InferenceError(
            400,
            `Inference-Header-Content-Length is ${head.jsonLength}, but the body has only ${length} bytes`,
          ),
        )
        return
      }
      const id = head.requestId || `${prefix}${(sequence++).toString(36)}`
      const { note } = exchange
      if (note) {
        note.requestId = id
        note.bytesIn = length
        note.receivedIn = performance.now() - exchange.startedAt
      }
      const call = {
        kind: target.kind,
        name: id,
        jsonLength: head.jsonLength,
        body,
        slot,
        tenant,
        timeoutMilliseconds: head.timeoutMilliseconds,
      }
      const abandon = dispatcher.send(
        admission,
        call,
        (answer, queued) => finish(exchange, admission, answer, queued, id),
        fail,
      )
      exchange.onGone = () => {
        abandon()
        left()
      }
    }

    exchange.readBody(options.maxBodyBytes, received, reader)
  }
}
