import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BodyTooLarge, readBody } from '#sandbox/process/http-body.ts'
import type { Host } from '../host.ts'
import type { OAuthClient } from '../web/oauth.ts'
import type { Deliveries } from '../webhooks/deliveries.ts'
import { accountRoutes } from './accounts.ts'
import { type App, appRoutes } from './app.ts'
import { basicOf, type Caller, identify } from './credentials.ts'
import type { Fault, FaultBox } from './faults.ts'
import { oauthTokenRoutes } from './oauth-tokens.ts'
import { Problem } from './problems.ts'
import type { RateLimit } from './rate-limit.ts'
import { branchRoutes } from './repositories/branches.ts'
import { commitRoutes } from './repositories/commits.ts'
import { contentRoutes } from './repositories/contents.ts'
import { gitDataRoutes } from './repositories/git-data.ts'
import { hookRoutes } from './repositories/hooks.ts'
import { pullRoutes } from './repositories/pulls.ts'
import { repositoryRoutes } from './repositories/repositories.ts'
import { reviewRoutes } from './repositories/reviews.ts'
import { statusRoutes } from './repositories/statuses.ts'
import { ok, type Reply, type Route } from './routes.ts'
import { sandboxRoutes } from './sandbox.ts'

const bodyLimit = 40_000_000
/** Whoever has not said who they are has nothing large to say. */
const anonymousBodyLimit = 100_000
const documentation = 'https://docs.github.com/rest'

type Parts = {
  host: Host
  app: App
  faults: FaultBox
  rateLimit: RateLimit
  deliveries: Deliveries
  oauth: OAuthClient | undefined
}

const nobody: Caller = { actor: undefined, isApp: false }

/** The REST API: one function from request to answer. */
export function createApi({ host, app, faults, rateLimit, deliveries, oauth }: Parts) {
  const routes: Route[] = [
    ...accountRoutes,
    ...oauthTokenRoutes(oauth),
    ...appRoutes(app),
    ...sandboxRoutes(faults),
    ...repositoryRoutes,
    ...contentRoutes,
    ...gitDataRoutes,
    ...branchRoutes,
    ...statusRoutes,
    ...commitRoutes,
    ...pullRoutes,
    ...reviewRoutes,
    ...hookRoutes(deliveries),
  ]
  const callerName = ({ actor, isApp }: Caller, request: IncomingMessage) =>
    actor?.login ?? (isApp ? 'app' : `address ${request.socket.remoteAddress}`)

  async function answer(request: IncomingMessage, path: string, query: URLSearchParams): Promise<Reply> {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET')
    const { authorization } = request.headers
    const ofApplication = path.startsWith('/applications/')
    const caller = ofApplication ? nobody : await identify(host, app, authorization)
    const name = callerName(caller, request)
    if (path === '/rate_limit') {
      const figures = rateLimit.figures(name)
      return {
        ...ok({ resources: { core: figures, search: figures }, rate: figures }),
        headers: rateLimit.headers(name),
      }
    }
    const administrative = path.startsWith('/sandbox/')
    if (!administrative && !rateLimit.take(name)) {
      throw new Problem(403, 'API rate limit exceeded', undefined, rateLimit.headers(name))
    }
    const found = matchRoute(routes, method, path)
    const body = await readJson(request, caller.actor || caller.isApp ? bodyLimit : anonymousBodyLimit)
    const url = `${host.apiUrl}${path}`
    try {
      const reply = await found.route.run({
        host,
        ...caller,
        basic: basicOf(authorization),
        method,
        url,
        params: found.params,
        query,
        body,
      })
      const tagged = method === 'GET' && reply.status === 200 ? withEntityTag(request, reply) : reply
      if (tagged.status === 304) rateLimit.giveBack(name)
      return { ...tagged, headers: { ...rateLimit.headers(name), ...tagged.headers } }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw new Problem(error.status, error.message, error.errors, { ...rateLimit.headers(name), ...error.headers })
    }
  }

  return async (request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams) => {
    let reply: Reply
    try {
      reply = await answer(request, path, query)
    } catch (error) {
      reply = replyForError(error)
    }
    sendReply(request, response, reply)
  }
}

function matchRoute(routes: readonly Route[], method: string, path: string) {
  for (const candidate of routes) {
    const match = candidate.method === method ? candidate.pattern.exec(path) : null
    if (match) return { route: candidate, params: paramsOf(candidate, match) }
  }
  // Honest about being a subset: GitHub may well have this endpoint.
  if (/^\/(repos|user|users|orgs|app|applications|installation)\b/.test(path)) {
    throw new Problem(501, `The sandbox's Git host does not implement ${method} ${path.slice(0, 200)}.`)
  }
  throw new Problem(404, 'Not Found')
}

function paramsOf({ names }: Route, match: RegExpExecArray): Record<string, string> {
  try {
    const values = names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')] as const)
    if (values.some(([, value]) => value.includes('\0'))) throw new Problem(404, 'Not Found')
    return Object.fromEntries(values)
  } catch (error) {
    if (error instanceof URIError) throw new Problem(404, 'Not Found')
    throw error
  }
}

async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  try {
    const text = (await readBody(request, limit)).toString('utf8')
    if (text.trim() === '') return undefined
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) throw new Problem(400, 'Body should be a JSON object')
    return value
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem(400, 'Problems parsing JSON')
    if (error instanceof BodyTooLarge) throw new Problem(413, `The body is larger than ${limit} bytes.`)
    throw error
  }
}

function withEntityTag(request: IncomingMessage, reply: Reply): Reply {
  const etag = `W/"${createHash('sha256').update(JSON.stringify(reply.body)).digest('hex')}"`
  const headers = { ...reply.headers, etag, 'cache-control': 'private, max-age=0, must-revalidate' }
  const wanted = request.headers['if-none-match']?.split(/\s*,\s*/) ?? []
  return wanted.includes(etag) ? { status: 304, headers } : { ...reply, headers }
}

function replyForError(error: unknown): Reply {
  if (error instanceof Problem) {
    const { message, errors, status, headers } = error
    return {
      status,
      headers,
      body: { message, ...(errors && { errors }), documentation_url: documentation, status: String(status) },
    }
  }
  const id = randomUUID()
  console.error(id, error)
  return {
    status: 500,
    body: { message: `Server error. The log has it under ${id}.`, documentation_url: documentation },
  }
}

export function sendReply(request: IncomingMessage, response: ServerResponse, { status, body, headers }: Reply): void {
  if (response.destroyed) return
  const text = body === undefined || status === 204 || status === 304 ? '' : JSON.stringify(body)
  response.writeHead(status, {
    ...(text && { 'content-type': 'application/json; charset=utf-8' }),
    'x-github-request-id': randomUUID(),
    'x-github-media-type': 'github.v3; format=json',
    'x-github-enterprise-version': '3.19.0',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(request.method === 'HEAD' ? '' : text)
}

/** What a fault answers instead of the API; undefined when the request goes on. */
export function replyForFault(fault: Fault): Reply | undefined {
  const inSeconds = (seconds: number) => String(Math.ceil(Date.now() / 1000 + seconds))
  if (fault.kind === 'status') return replyForError(new Problem(fault.status, fault.message ?? 'Server Error'))
  if (fault.kind === 'rate-limit') {
    const headers = {
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': inSeconds(fault.resetInSeconds),
    }
    return replyForError(new Problem(fault.status, 'API rate limit exceeded', undefined, headers))
  }
  if (fault.kind === 'secondary-rate-limit') {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    return replyForError(
      new Problem(fault.status, message, undefined, { 'retry-after': String(fault.retryAfterSeconds) }),
    )
  }
  return undefined
}
