/**
 * Where a request becomes an actor and an input, and an error becomes a status. Every endpoint takes this road, and
 * pages take the same one without HTTP:
 *
 *   request id → actor → origin → rate → permission → body → input → permission in the team → service → answer
 */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Contract, InputOf, OutputOf } from '../contracts/contract.ts'
import { failure } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import type { Actor } from '../permissions/actor.ts'
import { demand, demandScope } from '../permissions/permissions.ts'
import { answer, etagOf, versionFrom } from './answering/answer.ts'
import { explained, problemResponse } from './answering/problem.ts'
import { idempotencyKey, once } from './guards/idempotency.ts'
import { identify } from './guards/identify.ts'
import { demandOwnOrigin } from './guards/origin.ts'
import { createRateBuckets } from './guards/rate-buckets.ts'
import { createRateLimiter } from './guards/rate-limit.ts'
import { strictTransport } from './guards/security-headers.ts'
import type { Handler, Raw } from './on.ts'
import { readJsonBody, uploadOf } from './reading/body.ts'
import { bodyValues, merged, parseInput, pathValues, queryValues } from './reading/input.ts'

const defaultBodyBytes = 2 ** 20
const burstSeconds = 6

export type Api = ReturnType<typeof createApi>

export function createApi<Services extends Foundation>(services: Services, handlers: readonly Handler<Services>[]) {
  const { config, log, db, clock } = services
  const perSecond = config.RATE_LIMIT_PER_SECOND
  const rate = createRateLimiter({ perSecond, burst: perSecond * burstSeconds }, createRateBuckets(db), clock)
  // By name, not by identity: Next.js bundles a contract more than once.
  const nameOf = ({ method, path }: Contract) => `${method} ${path}`
  const byName = new Map(handlers.map((handler) => [nameOf(handler.contract), handler]))

  function handlerOf(contract: Contract): Handler<Services> {
    const handler = byName.get(nameOf(contract))
    if (!handler) throw new Error(`No handler is registered for ${nameOf(contract)}`)
    return handler
  }

  async function handle(contract: Contract, request: Request, requestId: string): Promise<Response> {
    const handler = handlerOf(contract)
    const url = new URL(request.url)
    const { actor, by, cookie } = await identify(request.headers, services, requestId)
    const changes = contract.method !== 'GET'
    if (changes && by === 'session') demandOwnOrigin(request.headers, config.PORTAL_URL)
    await rate.take(`${actor.userId} ${actor.kind} ${by === 'token' ? actor.name : ''}`)

    const path = pathValues(contract, url.pathname)
    if (!path) throw failure('not_found', 'There is nothing at this address.', 'Look at the API documentation.')
    if (path.team === undefined) demandScope(actor, contract.action)
    else demand(actor, contract.action, path.team)
    const version = changes && contract.versioned ? versionFrom(request.headers) : 0
    const key = contract.method === 'POST' && !contract.upload && !contract.secret && idempotencyKey(request.headers)

    const inQuery = contract.method === 'GET' || contract.method === 'DELETE' || contract.upload !== undefined
    const given = inQuery
      ? queryValues(url.searchParams)
      : bodyValues(await readJsonBody(request, contract.maxBodyBytes ?? defaultBodyBytes))
    const input = parseInput(contract.input, merged(given, path))
    demandInTeam(actor, contract, input)

    const upload = contract.upload ? uploadOf(request) : Readable.from([])
    const facts = { id: requestId, headers: request.headers, version }
    const act = async () => handler.handle({ actor, input, services, request: facts, signal: request.signal, upload })
    const headers = new Headers({ 'cache-control': 'no-store', ...(cookie ? { 'set-cookie': cookie } : {}) })
    if (contract.produces) return rawResponse(await act(), headers)

    const status = contract.status ?? 200
    const settled = async () => ({ status, body: answer(contract, await act()) })
    const fingerprint = `${contract.method} ${url.pathname} ${JSON.stringify(given)}`
    const who = `${actor.kind}:${actor.userId}`
    const result = key ? await once(db, clock, { actor: who, key, request: fingerprint }, settled) : await settled()
    if ('repeated' in result && result.repeated) headers.set('idempotent-replayed', 'true')
    const etag = contract.versioned ? etagOf(result.body) : undefined
    if (etag) headers.set('etag', etag)
    if (status === 204) return new Response(null, { status, headers })
    headers.set('content-type', 'application/json')
    return new Response(JSON.stringify(result.body), { status: result.status, headers })
  }

  return {
    /** The whole road, for route handlers. */
    async respond(contract: Contract, request: Request): Promise<Response> {
      const started = performance.now()
      const requestId = requestIdOf(request.headers)
      const response = await handle(contract, request, requestId).catch((error: unknown) =>
        problemResponse(explained(error, log, requestId), requestId),
      )
      const milliseconds = performance.now() - started
      response.headers.set('x-request-id', requestId)
      // The rest of a body that was refused half-way is not waited for.
      if (contract.upload && response.status >= 400) response.headers.set('connection', 'close')
      if (config.secureCookies) response.headers.set('strict-transport-security', strictTransport)
      response.headers.set('server-timing', `app;dur=${milliseconds.toFixed(1)}`)
      const facts = { requestId, method: contract.method, path: contract.path, status: response.status }
      log.debug({ ...facts, milliseconds: Math.round(milliseconds) }, 'request')
      return response
    },

    /** The same without HTTP, for server components; fails with a PortalError. */
    async call<C extends Contract>(contract: C, input: InputOf<C>, headers: Headers): Promise<OutputOf<C>> {
      const requestId = requestIdOf(headers)
      try {
        const { actor } = await identify(headers, services, requestId)
        demandScope(actor, contract.action)
        const parsed = parseInput(contract.input, input)
        demandInTeam(actor, contract, parsed)
        const facts = { id: requestId, headers, version: 0 }
        const signal = new AbortController().signal
        const upload = Readable.from([])
        const made = await handlerOf(contract).handle({
          actor,
          input: parsed,
          services,
          request: facts,
          signal,
          upload,
        })
        return answer(contract, made)
      } catch (error) {
        throw explained(error, log, requestId)
      }
    },
  }
}

/** Whatever names the team in the input, path or body, is held against the table before the service is asked. */
function demandInTeam(actor: Actor, contract: Contract, input: unknown): void {
  if (input === null || typeof input !== 'object' || !('team' in input)) return
  if (typeof input.team === 'string') demand(actor, contract.action, input.team)
}

export function requestIdOf(headers: Headers): string {
  const given = headers.get('x-request-id')
  return given && /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : randomUUID()
}

function rawResponse(made: unknown, headers: Headers): Response {
  const { contentType, body, headers: more = {} } = made as Raw
  headers.set('content-type', contentType)
  for (const [name, value] of Object.entries(more)) headers.set(name, value)
  return new Response(body, { headers })
}
