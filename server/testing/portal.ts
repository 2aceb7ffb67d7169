/** The portal's API for tests: the real services and the real road of a request, without a port. */
import { randomUUID } from 'node:crypto'
import { type Config, readConfig } from '../config.ts'
import type { Contract } from '../contracts/contract.ts'
import { Problem } from '../contracts/problem.ts'
import { createApi } from '../http/api.ts'
import { catalogue } from '../http/catalogue.ts'
import { cookieName, sessionCookie } from '../http/guards/session.ts'
import { handlers } from '../http/handlers/all.ts'
import { pathValues } from '../http/reading/input.ts'
import type { Actor } from '../permissions/actor.ts'
import { createServices, type Services } from '../wiring.ts'

export const portalUrl = 'https://portal.example'

export function testConfig(databaseUrl: string, more: Record<string, string> = {}): Config {
  return readConfig({
    MODELYARD_MODE: 'test',
    PORTAL_URL: portalUrl,
    DATABASE_URL: databaseUrl,
    DATABASE_CONNECTIONS: '4',
    SESSION_SECRET: 'a secret for tests alone',
    OIDC_ISSUER: 'https://id.example',
    OIDC_CLIENT_ID: 'modelyard',
    OIDC_CLIENT_SECRET: 'for-tests',
    LOG_LEVEL: 'silent',
    RATE_LIMIT_PER_SECOND: '10000',
    ...more,
  })
}

export type Answer = { status: number; headers: Headers; body: unknown; text: string }
export type Ask = { body?: unknown; raw?: BodyInit; headers?: Record<string, string>; signal?: AbortSignal }
type Caller = Actor | string | null

export type TestPortal = {
  services: Services
  /** As a person with a session, as a token by its secret, or as nobody. */
  ask(who: Caller, method: string, path: string, options?: Ask): Promise<Answer>
  /** The same, before its body is read: for streams. */
  open(who: Caller, method: string, path: string, options?: Ask): Promise<Response>
  stop(): Promise<void>
}

export async function startPortal(databaseUrl: string, more: Record<string, string> = {}): Promise<TestPortal> {
  const services = await createServices(testConfig(databaseUrl, more))
  const api = createApi(services, handlers)

  async function identity(who: Caller): Promise<Record<string, string>> {
    if (who === null) return {}
    if (typeof who === 'string') return { authorization: `Bearer ${who}` }
    if (!who.userId) throw new Error(`${who.name} has no session`)
    const user = await services.db.user.findUniqueOrThrow({ where: { id: who.userId } })
    const signedInAt = Math.floor(Date.now() / 1000)
    const claims = { userId: who.userId, sessionVersion: user.sessionVersion, signedInAt }
    const cookie = await sessionCookie(claims, services.config)
    return { cookie: cookie.split(';')[0] ?? '', origin: portalUrl }
  }

  async function open(who: Caller, method: string, path: string, options: Ask = {}): Promise<Response> {
    const { body, raw, signal } = options
    const url = new URL(path, portalUrl)
    const contract = contractAt(method, url.pathname)
    const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const headers = { ...(await identity(who)), ...json, ...options.headers }
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const init = { method, headers, body: sent ?? null, signal: signal ?? null, duplex: 'half' }
    return api.respond(contract, new Request(url, init))
  }

  return {
    services,
    open,
    async ask(who, method, path, options) {
      const response = await open(who, method, path, options)
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.match(/^application\/(problem\+)?json/)
      return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
    },
    async stop() {
      await services.live.stop()
      await services.queue.stop()
      await services.db.$disconnect()
    },
  }
}

function contractAt(method: string, pathname: string): Contract {
  const fitting = catalogue.filter(({ contract }) => contract.method === method && pathValues(contract, pathname))
  const [exact] = fitting.sort((a, b) => a.contract.path.split('{').length - b.contract.path.split('{').length)
  if (!exact) throw new Error(`No contract is at ${method} ${pathname}`)
  return exact.contract
}

export const problemIn = (answer: Answer) => Problem.parse(answer.body)
export const sessionCookieName = (portal: TestPortal) => cookieName(portal.services.config)
export const newSlug = () => `t${randomUUID().slice(0, 8)}`
