/** ModelInfer: the same limits, engines, counts and log lines as over HTTP. */
import { Metadata, type ServerUnaryCall } from '@grpc/grpc-js'
import { bodyKind } from '../engine/frames.ts'
import type { Authorize } from '../http/auth.ts'
import { observe, SECONDS_BUCKETS } from '../metrics/request-stats.ts'
import { InferenceError } from '../protocol/errors.ts'
import { readModelName } from '../protocol/grpc-infer.ts'
import type { Admission, Dispatcher } from '../queue/dispatcher.ts'
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

export const inferCall = (options: InferCallOptions) => {
  const { dispatcher, limits, watch } = options

  const admit = (name: string, named: string, sticky: string, tenant: string): Admission => {
    const model = dispatcher.model(name)
    if (!model) throw new InferenceError(404, `there is no model ${JSON.stringify(name.slice(0, 200))} here`)
    const count = (version: string, status: number): void => {
      const { codes } = dispatcher.statsFor(model.name, version, model.tenant)
      codes[status] = (codes[status] ?? 0) + 1
    }
    const refuse = (version: string, error: unknown): never => {
      if (error instanceof InferenceError && (error.status === 429 || error.status === 503))
        count(version, error.status)
      throw error
    }
    const choose = () => {
      try {
        return dispatcher.choose(model, named === '' ? undefined : named, sticky)
      } catch (error) {
        return refuse('', error)
      }
    }
    const version = choose()
    try {
      return dispatcher.admit(model, version, tenant)
    } catch (error) {
      return refuse(version.version, error)
    }
  }

  const send = (call: Call, admission: Admission, tenant: string, trace: TraceContext | undefined) => {
    const { stats } = admission
    const requestId = header(call, 'x-request-id').slice(0, 200)
    let stages: Stages | undefined
    let over = false

    const finish = (status: number, bytesOut: number, error: string, startedAt: number): void => {
      over = true
      stats.codes[status] = (stats.codes[status] ?? 0) + 1
      const milliseconds = performance.now() - startedAt
      if (status !== LEFT) {
        stats.bytesOut += bytesOut
        observe(stats.duration, SECONDS_BUCKETS, milliseconds / 1000)
      }
      limits.giveBytes(call.request.length)
      admission.leave()
      if (status < 400 && !watch.attentive) return
      watch.ended({
        protocol: 'grpc',
        method: 'POST',
        path: PATH,
        status,
        milliseconds,
        endedAt: Date.now(),
        requestId,
        model: admission.model.name,
        version: admission.version.version,
        tenant: admission.model.tenant,
        bytesIn: call.request.length,
        bytesOut,
        receivedIn: 0,
        stages,
        trace,
        error: status >= 500 ? error.slice(0, MAX_LOGGED) : '',
      })
    }

    return new Promise<Reply>((resolve, reject) => {
      const startedAt = performance.now()
      if (!limits.takeBytes(call.request.length, options.bodyBudgetBytes)) {
        admission.leave()
        reject(new InferenceError(503, 'the server holds as many requests as it has memory for: try again', 1))
        return
      }
      stats.bytesIn += call.request.length
      const request = {
        kind: bodyKind.grpc,
        name: requestId,
        jsonLength: undefined,
        body: call.request,
        slot: undefined,
        tenant,
        timeoutMilliseconds: patienceOf(call),
      }
      const abandon = dispatcher.send(
        admission,
        request,
        (answer, queued) => {
          if (over) return
          stages = stagesOf(answer, queued)
          const error = answer.status === 200 ? undefined : errorOf(answer.body, answer.status)
          finish(answer.status, answer.body.length, error?.message ?? '', startedAt)
          if (error) return reject(error)
          const trailer = new Metadata()
          if (requestId !== '') trailer.set('x-request-id', requestId)
          if (trace) trailer.set('traceparent', traceparentOf(trace))
          resolve({ body: answer.body, trailer })
        },
        (error) => {
          if (over) return
          finish(error.status, 0, error.message, startedAt)
          reject(error)
        },
      )
      const leave = (): void => {
        if (over) return
        abandon()
        finish(LEFT, 0, '', startedAt)
      }
      if (call.cancelled) leave()
      else call.on('cancelled', leave)
    })
  }

  return async (call: Call): Promise<Reply> => {
    const { name, version } = readModelName(call.request)
    const model = dispatcher.model(name)
    // A name that is not there is told only to who may ask at all.
    const tenant = await options.authorize(header(call, 'authorization'), model)
    const admission = admit(name, version, header(call, 'x-sticky-key').slice(0, 200), tenant)
    return send(call, admission, tenant, watch.trace(header(call, 'traceparent')))
  }
}
