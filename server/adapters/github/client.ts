/**
 * Octokit with what a long-lived service needs: a bound on every call, conditional requests, waiting as long as the
 * host asks for when it limits us, and errors that say what to do.
 */

import { setTimeout as wait } from 'node:timers/promises'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { IntegrationError } from '../../errors.ts'

export type GitHubAccess =
  | { kind: 'token'; token: string }
  | { kind: 'app'; appId: string; installationId: string; privateKey: string }

const callMilliseconds = 20_000
/** Longer waits are left to the job that called; it comes back by itself. */
const longestWaitMilliseconds = 15_000
const attempts = 4

export function createClient(apiUrl: string, access: GitHubAccess): Octokit {
  const cached = new Map<string, { etag: string; response: Response; body: string }>()

  const boundedFetch: typeof fetch = async (input, init) => {
    const method = init?.method ?? 'GET'
    for (let attempt = 1; ; attempt++) {
      const response = await once(String(input), method, init)
      const delay = attempt < attempts ? retryDelay(response, method, attempt) : undefined
      if (delay === undefined) return response
      await response.arrayBuffer()
      await wait(delay)
    }
  }

  async function once(url: string, method: string, init: RequestInit | undefined): Promise<Response> {
    const signal = AbortSignal.timeout(callMilliseconds)
    if (method !== 'GET') return fetch(url, { ...init, signal })
    const known = cached.get(url)
    const headers = new Headers(init?.headers)
    if (known) headers.set('if-none-match', known.etag)
    const response = await fetch(url, { ...init, headers, signal })
    if (response.status === 304 && known)
      return new Response(known.body, { status: 200, headers: known.response.headers })
    const etag = response.headers.get('etag')
    if (response.status !== 200 || !etag) return response
    const body = await response.text()
    if (body.length < 1_000_000) {
      if (cached.size > 500) cached.clear()
      cached.set(url, { etag, response, body })
    }
    return new Response(body, { status: 200, headers: response.headers })
  }

  // What goes wrong is told by the errors we throw; Octokit's own lines would repeat it without a request id.
  const silent = () => undefined
  const quiet = { debug: silent, info: silent, warn: silent, error: silent }
  const common = {
    log: quiet,
    baseUrl: apiUrl.replace(/\/$/, ''),
    userAgent: 'modelyard',
    request: { fetch: boundedFetch },
  }
  return access.kind === 'token'
    ? new Octokit({ ...common, auth: access.token })
    : new Octokit({
        ...common,
        authStrategy: createAppAuth,
        auth: { appId: access.appId, privateKey: access.privateKey, installationId: Number(access.installationId) },
      })
}

/** How long to wait before asking again, or undefined when the answer stands. */
function retryDelay(response: Response, method: string, attempt: number): number | undefined {
  const asked = Number(response.headers.get('retry-after'))
  const limited =
    response.status === 429 ||
    (response.status === 403 && (asked > 0 || response.headers.get('x-ratelimit-remaining') === '0'))
  if (limited) {
    const reset = Number(response.headers.get('x-ratelimit-reset')) * 1000 - Date.now()
    const delay = asked > 0 ? asked * 1000 : Math.max(1000, reset)
    return delay <= longestWaitMilliseconds ? delay : undefined
  }
  // A write that failed on the host's side may have happened: the job looks before it asks again.
  if (response.status >= 500 && method === 'GET') return 300 * 2 ** attempt
  return undefined
}

const statusOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined

export const isStatus = (error: unknown, ...statuses: number[]) => statuses.includes(statusOf(error) ?? 0)

export const messageOf = (error: unknown) =>
  error instanceof Error ? (error.message.split(' - http')[0] ?? '') : String(error)

/** Turns what Octokit throws into something a person can act on. */
export async function explained<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    const status = statusOf(error)
    if (status === 401) {
      throw new IntegrationError('git_host', {
        detail: 'The Git host does not accept the portal’s credentials.',
        remedy: 'A platform admin renews the token or the app’s key.',
        cause: error,
      })
    }
    if (status === 403 || status === 429) {
      throw new IntegrationError('git_host', {
        detail: `The Git host refuses for now: ${messageOf(error)}`,
        remedy:
          'It may be a rate limit: wait a few minutes. If it stays, a platform admin checks the portal’s permissions on the repository.',
        cause: error,
      })
    }
    if (status === undefined || status >= 500) {
      throw new IntegrationError('git_host', {
        detail: 'The Git host does not answer.',
        remedy: 'Wait a moment; nothing is lost.',
        cause: error,
      })
    }
    if (status === 404) {
      throw new IntegrationError('git_host', {
        detail: 'The Git host does not know the repository or the pull request.',
        remedy: 'A platform admin checks that the repository exists and that the portal’s account may see it.',
        cause: error,
      })
    }
    throw error
  }
}
