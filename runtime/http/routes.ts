/** Which path does what. The paths of a model are looked up whole, so a hostile path is just one that is not there. */

import { type Authorize, modelsFor } from '../auth/auth.ts'
import { type BodyKind, bodyKind } from '../engine/frames/frames.ts'
import { prefersProtobuf } from '../metrics/exposition/protobuf.ts'
import { errorBody, InferenceError } from '../protocol/errors.ts'
import { SERVER_NAME, SERVER_VERSION } from '../protocol/server.ts'
import type { Dispatcher } from '../queue/dispatcher.ts'
import { retryAfter } from '../queue/retry-after.ts'
import type { Exchange } from './exchange.ts'
import type { InferTarget } from './infer-route.ts'
import { emptyNote } from './request-note.ts'
import type { ModelRoute, VersionRoute } from './route-table.ts'
import { type Answer, errorAnswer, JSON_TYPE, jsonAnswer } from './wire/answer.ts'

const EXTENSIONS = ['binary_tensor_data', 'classification', 'model_repository', 'statistics', 'feedback']

/** What the main thread knows and an acceptor does not: metrics of all acceptors, statistics, feedback. */
export type Ask = (question: {
  what: 'metrics' | 'protobuf metrics' | 'statistics' | 'feedback'
  model: string
  version: string
  body: string
  /** The models that the answer may speak of; all where it is left out. */
  only?: string[]
}) => Promise<{
  status: number
  contentType: string
  body: string | Uint8Array
}>

export interface RouterOptions {
  dispatcher: Dispatcher
  infer: (exchange: Exchange, target: InferTarget, tenant: string) => void
  ask: Ask
  authorize: Authorize
  draining: () => boolean
}

const MAX_SMALL_BODY = 1_048_576

const notFound = (message: string): Answer => errorAnswer(new InferenceError(404, message))

const isServing = (version: VersionRoute): boolean => version.state === 'Ready' && version.socket !== ''

export const modelIsReady = (model: ModelRoute): boolean =>
  model.versions.some((each) => !each.shadow && each.weight > 0 && isServing(each))

const MODEL_PATH = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(\/infer|\/ready|\/stats|\/feedback)?$/

const decode = (part: string | undefined): string | undefined => {
  if (part === undefined || !part.includes('%')) return part
  try {
    return decodeURIComponent(part)
  } catch {
    return '' // no model has such a name
  }
}

export const createRouter = (options: RouterOptions) => {
  const { dispatcher, infer } = options

  const refuse = (exchange: Exchange, error: unknown): void => {
    const known = error instanceof InferenceError ? error : new InferenceError(500, 'the token could not be checked')
    if (known.status >= 500) exchange.note = { ...emptyNote(), ...exchange.note, error: known.message }
    exchange.answer(errorAnswer(known, known.status === 401 ? 'WWW-Authenticate: Bearer\r\n' : ''))
  }

  const authorize = (exchange: Exchange, model: ModelRoute | undefined, then: (tenant: string) => void): void => {
    try {
      const tenant = options.authorize(exchange.head.authorization, model)
      if (typeof tenant === 'string') then(tenant)
      else tenant.then(then).catch((error: unknown) => refuse(exchange, error))
    } catch (error) {
      refuse(exchange, error)
    }
  }

  const relay = (exchange: Exchange, question: Parameters<Ask>[0]): void => {
    options
      .ask(question)
      .then(({ status, contentType, body }) => {
        const plain = typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.length)
        const headers = status === 503 ? 'Retry-After: 2\r\n' : ''
        exchange.answer({ status, contentType, headers, body: plain })
      })
      .catch((error: unknown) => exchange.answer(errorAnswer(new InferenceError(503, String(error), 1))))
  }

  /** What speaks of many models speaks of those the caller may use. */
  const ofAllowed = (exchange: Exchange, then: (models: ModelRoute[]) => void): void => {
    modelsFor(options.authorize, exchange.head.authorization, dispatcher.routes.models)
      .then(then)
      .catch((error: unknown) => refuse(exchange, error))
  }

  const repositoryIndex = (models: readonly ModelRoute[]): Answer =>
    jsonAnswer(
      models.flatMap((model) =>
        model.versions.map((each) => ({
          name: model.name,
          version: each.version,
          state: isServing(each)
            ? 'READY'
            : each.state === 'Pending' || each.state === 'Loading'
              ? 'LOADING'
              : 'UNAVAILABLE',
          reason: each.message,
        })),
      ),
    )

  const fixed = new Map<string, (exchange: Exchange) => void>([
    [
      'GET /',
      (exchange) =>
        exchange.answer(
          jsonAnswer({
            name: SERVER_NAME,
            version: SERVER_VERSION,
            models: dispatcher.routes.models.length,
            documentation: '/v2',
          }),
        ),
    ],
    ['GET /health', (exchange) => exchange.answer(jsonAnswer({ status: 'ok' }))],
    ['GET /ready', (exchange) => exchange.answer(ready('status', 'ready'))],
    [
      'GET /v2',
      (exchange) => exchange.answer(jsonAnswer({ name: SERVER_NAME, version: SERVER_VERSION, extensions: EXTENSIONS })),
    ],
    ['GET /v2/health/live', (exchange) => exchange.answer(jsonAnswer({ live: true }))],
    ['GET /v2/health/ready', (exchange) => exchange.answer(ready('ready', true))],
    [
      'GET /metrics',
      (exchange) => {
        const what = prefersProtobuf(exchange.head.accept) ? 'protobuf metrics' : 'metrics'
        relay(exchange, { what, model: '', version: '', body: '' })
      },
    ],
    [
      'GET /v2/models/stats',
      (exchange) =>
        ofAllowed(exchange, (models) => {
          const only = models.map((each) => each.name)
          relay(exchange, { what: 'statistics', model: '', version: '', body: '', only })
        }),
    ],
    [
      'POST /v2/repository/index',
      (exchange) =>
        ofAllowed(exchange, (models) =>
          exchange.readBody(MAX_SMALL_BODY, () => exchange.answer(repositoryIndex(models))),
        ),
    ],
    ['POST /predict', (exchange) => predict(exchange, dispatcher.routes.textModel)],
  ])

  const ready = (key: string, value: unknown): Answer => {
    if (options.draining()) return errorAnswer(new InferenceError(503, 'the server is shutting down', 1))
    if (!dispatcher.routes.ready)
      return errorAnswer(new InferenceError(503, 'the models named at the start are still loading', 1))
    return jsonAnswer({ [key]: value })
  }

  const predict = (exchange: Exchange, name: string) => {
    const model = dispatcher.model(name)
    if (!model) {
      return authorize(exchange, undefined, () =>
        exchange.answer(notFound('no model here takes text and gives a label')),
      )
    }
    start(exchange, model, undefined, bodyKind.predict)
  }

  const begin = (exchange: Exchange, target: InferTarget): void =>
    authorize(exchange, target.model, (tenant) => infer(exchange, target, tenant))

  const start = (exchange: Exchange, model: ModelRoute, version: string | undefined, kind: BodyKind): void =>
    begin(exchange, { model, version, kind })

  const metadata = (model: ModelRoute, named: string | undefined): Answer => {
    const version =
      named === undefined
        ? (model.versions.find((each) => !each.shadow && each.weight > 0 && each.metadata !== '') ?? model.versions[0])
        : model.versions.find((each) => each.version === named)
    if (!version) return notFound(`model "${model.name}" has no version "${named}"`)
    if (version.metadata === '') {
      return {
        status: 503,
        contentType: JSON_TYPE,
        headers: `Retry-After: ${retryAfter([version])}\r\n`,
        body: errorBody(
          `model "${model.name}" version "${version.version}" is ${version.asleep ? 'not loaded' : version.state.toLowerCase()}: ${version.message}`,
        ),
      }
    }
    return jsonAnswer(version.metadata)
  }

  const readiness = (model: ModelRoute, named: string | undefined): Answer => {
    const version = model.versions.find((each) => each.version === named)
    if (named !== undefined && !version) return notFound(`model "${model.name}" has no version "${named}"`)
    const isReady = version ? isServing(version) : modelIsReady(model)
    if (isReady) return jsonAnswer({ name: model.name, ready: true })
    const answering = version ? [version] : model.versions.filter((each) => !each.shadow && each.weight > 0)
    const why = (version ?? model.versions.find((each) => !isServing(each)))?.message ?? ''
    return {
      status: 503,
      contentType: JSON_TYPE,
      headers: `Retry-After: ${retryAfter(answering)}\r\n`,
      body: JSON.stringify({ name: model.name, ready: false, error: why || 'loading' }),
    }
  }

  const ofModel = (exchange: Exchange, path: RegExpExecArray) => {
    const { method } = exchange.head
    const name = decode(path[1]) ?? ''
    const version = decode(path[2])
    const verb = path[3] ?? ''
    const model = dispatcher.model(name)
    // Which names there are is told only to who may ask at all.
    if (!model) {
      authorize(exchange, undefined, () =>
        exchange.answer(notFound(`there is no model ${JSON.stringify(name.slice(0, 200))} here`)),
      )
      return
    }
    const wanted = verb === '/infer' || verb === '/feedback' ? 'POST' : 'GET'
    if (method !== wanted && !(method === 'HEAD' && wanted === 'GET')) {
      exchange.answer(
        errorAnswer(new InferenceError(405, `${method} is not served here, ${wanted} is`), `Allow: ${wanted}\r\n`),
      )
      return
    }
    if (verb === '/infer') {
      const target = { model, version, kind: bodyKind.infer }
      exchange.head.route = { table: dispatcher.routes, target }
      return begin(exchange, target)
    }
    authorize(exchange, model, () => {
      if (verb === '') exchange.answer(metadata(model, version))
      else if (verb === '/ready') exchange.answer(readiness(model, version))
      else if (verb === '/stats') relay(exchange, { what: 'statistics', model: name, version: version ?? '', body: '' })
      else {
        exchange.readBody(MAX_SMALL_BODY, (body) =>
          relay(exchange, { what: 'feedback', model: name, version: version ?? '', body: body.toString('utf8') }),
        )
      }
    })
  }

  return (exchange: Exchange) => {
    const { method, path, route } = exchange.head
    if (route && route.table === dispatcher.routes) return begin(exchange, route.target)
    const simple = fixed.get(`${method === 'HEAD' ? 'GET' : method} ${path}`)
    if (simple) return simple(exchange)
    const model = MODEL_PATH.exec(path)
    if (model) return ofModel(exchange, model)
    const predicted = /^\/v2\/models\/([^/]+)\/predict$/.exec(path)
    if (predicted && method === 'POST') return predict(exchange, decode(predicted[1]) ?? '')
    exchange.answer(notFound(`there is nothing at ${method} ${path.slice(0, 200)}`))
  }
}
