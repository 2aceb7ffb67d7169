/** POST …/infer and POST /predict: limits before the body is read. */
import type { BodyKind } from '../engine/frames/frames.ts'
import { InferenceError } from '../protocol/errors.ts'
import type { Exchange } from './exchange.ts'
import { InferCall, type InferSettings } from './infer-call.ts'
import type { Refusals } from './refusals.ts'
import { emptyNote } from './request-note.ts'
import type { ModelRoute, VersionRoute } from './route-table.ts'
import type { Wakings } from './wakings.ts'

export interface InferTarget {
  model: ModelRoute
  /** Undefined for any version by weight. */
  version: string | undefined
  kind: BodyKind
}

const plainTypes = ['application/json', 'application/octet-stream', 'application/x-www-form-urlencoded', 'text/plain']

const checkType = (type: string): void => {
  if (type === '' || plainTypes.some((each) => type.startsWith(each)) || type.includes('+json')) return
  throw new InferenceError(
    415,
    `content type "${type.slice(0, 100)}" is not served: send application/json or application/octet-stream`,
  )
}

export const inferRoute = (settings: InferSettings, refusals: Refusals, wakings: Wakings) => {
  const { dispatcher, watch } = settings

  const admit = (exchange: Exchange, target: InferTarget, version: VersionRoute, tenant: string): InferCall => {
    const { model, kind } = target
    try {
      return new InferCall(settings, exchange, model, version, tenant, kind)
    } catch (error) {
      const { codes } = dispatcher.statsOf(model, version)
      codes[429] = (codes[429] ?? 0) + 1
      throw error
    }
  }

  const waits = (exchange: Exchange, target: InferTarget, tenant: string, until: number | undefined): boolean =>
    wakings.waitForLoad(exchange, target.model, until, (fresh, end, waited) => {
      exchange.waitedMilliseconds += waited
      infer(exchange, { ...target, model: fresh }, tenant, end)
    })

  const infer = (exchange: Exchange, target: InferTarget, tenant: string, until?: number): void => {
    const { head } = exchange
    const { model } = target
    if (watch.attentive) exchange.note = { ...emptyNote(), model: model.name, trace: watch.trace(head.traceparent) }
    let call: InferCall
    try {
      checkType(head.contentType)
      call = admit(exchange, target, dispatcher.choose(model, target.version, head.stickyKey), tenant)
    } catch (error) {
      if (!(error instanceof InferenceError)) throw error
      if (error.status === 503 && waits(exchange, target, tenant, until)) return
      if (error.status === 503) {
        const { codes } = dispatcher.statsFor(model.name, '', model.tenant)
        codes[503] = (codes[503] ?? 0) + 1
      }
      if (error.status === 429) refusals.refuse(tenant, exchange, error)
      else exchange.refuse(error)
      return
    }
    call.start()
  }
  return infer
}
