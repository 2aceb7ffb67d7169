/** ModelInfer: the same limits, engines, counts and log lines as over HTTP. */
import { Metadata, type ServerUnaryCall } from '@grpc/grpc-js'
import type { Authorize } from '../auth/auth.ts'
import { bodyKind, type WireAnswer } from '../engine/frames/frames.ts'
import type { Refusals } from '../http/refusals.ts'
import type { ModelRoute, VersionRoute } from '../http/route-table.ts'
import type { Wakings } from '../http/wakings.ts'
import { observe, SECONDS_BUCKETS } from '../metrics/request-stats.ts'
import { InferenceError } from '../protocol/errors.ts'
import { readModelName } from '../protocol/protobuf/grpc-infer.ts'
import { Call as QueuedCall } from '../queue/call.ts'
import type { Dispatcher } from '../queue/dispatcher.ts'
import type { Limits } from '../queue/limits.ts'
import { type Stages, stagesOf } from '../telemetry/request-record.ts'
import type { RequestWatch } from '../telemetry/request-watch.ts'
import { type TraceContext, traceparentOf } from '../telemetry/trace-context.ts'
import { errorOf } from './messages.ts'

export type Call = ServerUnaryCall<Buffer, Buffer>

export interface Reply {
  body: Buffer
  trailer?: Metadata
}

export interface InferCallOptions {
  dispatcher: Dispatcher
  limits: Limits
  refusals: Refusals
  wakings: Wakings
  bodyBudgetBytes: number
  authorize: Authorize
  watch: RequestWatch
}

/** The caller went away before there was an answer. */
const LEFT = 499
const PATH = '/inference.GRPCInferenceService/ModelInfer'
const MAX_LOGGED = 300

export const header = (call: Call, name: string): string => String(call.metadata.get(name)[0] ?? '').slice(0, 10_000)

/** Milliseconds that the caller will wait; 0 when it does not say. */
const patienceOf = (call: Call): number => {
  const deadline = call.getDeadline()
  const left = deadline instanceof Date ? deadline.getTime() - Date.now() : deadline - Date.now()
  return Number.isFinite(left) ? Math.max(1, left) : 0
}

interface Caller {
  call: Call
  startedAt: number
  tenant: string
  /** Undefined for any version by weight. */
  named: string | undefined
  sticky: string
  trace: TraceContext | undefined
  resolve: (reply: Reply) => void
  reject: (error: unknown) => void
}

class GrpcInferCall extends QueuedCall {
  private readonly options: InferCallOptions
  private readonly caller: Caller
  private finished = false
  /** Of the memory for bodies. */
  private held = 0

  constructor(options: InferCallOptions, model: ModelRoute, version: VersionRoute, caller: Caller) {
    super(options.dispatcher, model, version, caller.tenant, bodyKind.grpc)
    this.options = options
    this.caller = caller
    this.name = header(caller.call, 'x-request-id').slice(0, 200)
    this.patience = patienceOf(caller.call)
  }

  start(): void {
    const { limits, bodyBudgetBytes } = this.options
    const { call } = this.caller
    if (!limits.takeBytes(call.request.length, bodyBudgetBytes)) {
      this.failed(new InferenceError(503, 'the server holds as many requests as it has memory for: try again', 1))
      return
    }
    this.held = call.request.length
    this.hold(call.request)
    this.stats.bytesIn += call.request.length
    const callerGone = (): void => {
      if (this.finished) return
      this.abandon()
      this.finish(LEFT, 0, '', undefined)
    }
    if (call.cancelled) {
      callerGone()
      return
    }
    call.on('cancelled', callerGone)
    this.options.dispatcher.submit(this)
  }

  answered(answer: WireAnswer, queued: number): void {
    if (this.finished) return
    const { trace, resolve, reject } = this.caller
    const body = Buffer.from(answer.bytes.subarray(answer.from, answer.to))
    const error = answer.status === 200 ? undefined : errorOf(body, answer.status)
    this.finish(answer.status, body.length, error?.message ?? '', stagesOf(answer, queued))
    if (error) {
      reject(error)
      return
    }
    const trailer = new Metadata()
    if (this.name !== '') trailer.set('x-request-id', this.name)
    if (trace) trailer.set('traceparent', traceparentOf(trace))
    resolve({ body, trailer })
  }

  failed(error: InferenceError): void {
    if (this.finished) return
    this.finish(error.status, 0, error.message, undefined)
    this.caller.reject(error)
  }

  private finish(status: number, bytesOut: number, error: string, stages: Stages | undefined): void {
    this.finished = true
    const { stats, options, caller } = this
    const { watch } = options
    const bytesIn = caller.call.request.length
    stats.codes[status] = (stats.codes[status] ?? 0) + 1
    const milliseconds = performance.now() - caller.startedAt
    if (status !== LEFT) {
      stats.bytesOut += bytesOut
      observe(stats.duration, SECONDS_BUCKETS, milliseconds / 1000)
    }
    options.limits.giveBytes(this.held)
    this.leave()
    if (status < 400 && !watch.attentive) return
    watch.ended({
      protocol: 'grpc',
      method: 'POST',
      path: PATH,
      status,
      milliseconds,
      endedAt: Date.now(),
      requestId: this.name,
      model: this.model.name,
      version: this.version.version,
      tenant: this.model.tenant,
      bytesIn,
      bytesOut,
      receivedIn: 0,
      stages,
      trace: caller.trace,
      error: status >= 500 ? error.slice(0, MAX_LOGGED) : '',
    })
  }
}

export const inferCall = (options: InferCallOptions) => {
  const { dispatcher, limits, wakings, watch } = options

  /** As over HTTP; but here the whole request has come, and takes its part of the memory for bodies meanwhile. */
  const waits = (caller: Caller, model: ModelRoute, until: number | undefined): boolean => {
    const { call } = caller
    const bytes = call.request.length
    if (!limits.takeBytes(bytes, options.bodyBudgetBytes)) return false
    const release = (): void => limits.giveBytes(bytes)
    const waiting = {
      get gone() {
        return call.cancelled
      },
      forgotten: release,
      patience: patienceOf(call),
    }
    const isWaiting = wakings.waitForLoad(waiting, model, until, (fresh, end) => {
      release()
      infer(caller, fresh, end)
    })
    if (!isWaiting) release()
    return isWaiting
  }

  const refuse = (caller: Caller, error: InferenceError): void => {
    const { call, tenant, reject } = caller
    if (error.status !== 429) {
      reject(error)
      return
    }
    const refused = {
      get gone() {
        return call.cancelled
      },
      hold: () => call.request.length,
      refuse: reject,
    }
    options.refusals.refuse(tenant, refused, error)
  }

  const infer = (caller: Caller, model: ModelRoute, until?: number): void => {
    const { named, sticky, reject } = caller
    let version: VersionRoute | undefined
    let call: GrpcInferCall
    try {
      version = dispatcher.choose(model, named, sticky)
      call = new GrpcInferCall(options, model, version, caller)
    } catch (error) {
      if (!(error instanceof InferenceError)) {
        reject(error)
        return
      }
      if (error.status === 503 && waits(caller, model, until)) return
      // What is refused for a limit, or because nothing is ready, counts as an answer of the model.
      if (error.status === 429 || error.status === 503) {
        const { codes } = dispatcher.statsFor(model.name, version?.version ?? '', model.tenant)
        codes[error.status] = (codes[error.status] ?? 0) + 1
      }
      refuse(caller, error)
      return
    }
    call.start()
  }

  return async (call: Call): Promise<Reply> => {
    const startedAt = performance.now()
    const { name, version } = readModelName(call.request)
    const model = dispatcher.model(name)
    // A name that is not there is told only to who may ask at all.
    const tenant = await options.authorize(header(call, 'authorization'), model)
    if (!model) throw new InferenceError(404, `there is no model ${JSON.stringify(name.slice(0, 200))} here`)
    const named = version === '' ? undefined : version
    const sticky = header(call, 'x-sticky-key').slice(0, 200)
    const trace = watch.trace(header(call, 'traceparent'))
    return new Promise((resolve, reject) =>
      infer({ call, startedAt, tenant, named, sticky, trace, resolve, reject }, model),
    )
  }
}
