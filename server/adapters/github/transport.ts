/**
 * How one client speaks to the host: every call is bounded, what has not changed is not sent again, and when the host
 * says how long to wait, that long is waited. Longer pauses are not sat out: until they are over, calls are answered
 * here, so that a host that has had enough is left alone.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { type Clock, systemClock } from '../../ports/clock.ts'

export type Transport = {
  fetch?: typeof fetch
  clock?: Clock
  wait?: (milliseconds: number) => Promise<unknown>
  callMilliseconds?: number
  /** Longer waits are left to the job that called; it comes back by itself. */
  longestWaitMilliseconds?: number
}

type Known = { etag: string; headers: Headers; body: string }

const attempts = 4
const mostKept = 500
const largestKept = 1_000_000
/** What GitHub asks for when a secondary limit names no time. */
const unnamedPause = 60_000

export function createTransport(options: Transport = {}): typeof fetch {
  const { fetch: send = fetch, clock = systemClock, callMilliseconds = 20_000 } = options
  const { longestWaitMilliseconds = 15_000, wait: sleep = wait } = options
  const kept = new Map<string, Known>()
  let pausedUntil = 0
  const now = () => clock.now().getTime()

  async function ask(url: string, init: RequestInit): Promise<Response> {
    const bounded = { ...init, signal: AbortSignal.timeout(callMilliseconds) }
    if (init.method !== 'GET') return send(url, bounded)
    const known = kept.get(url)
    const headers = new Headers(init.headers)
    if (known) headers.set('if-none-match', known.etag)
    const response = await send(url, { ...bounded, headers })
    if (response.status === 304 && known) {
      kept.delete(url)
      kept.set(url, known)
      return new Response(known.body, { status: 200, headers: renewed(known.headers, response.headers) })
    }
    const etag = response.headers.get('etag')
    if (response.status !== 200 || !etag) return response
    const body = await response.text()
    kept.delete(url)
    if (body.length <= largestKept) kept.set(url, { etag, headers: response.headers, body })
    if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? '')
    return new Response(body, { status: 200, headers: response.headers })
  }

  return async (input, init = {}) => {
    const { method = 'GET' } = init
    for (let attempt = 1; ; attempt++) {
      const pause = pausedUntil - now()
      if (pause > longestWaitMilliseconds) return pausedAnswer(pause)
      if (pause > 0) await sleep(pause)
      const response = await ask(String(input), { ...init, method })
      const limit = limitOf(response, now())
      if (limit !== undefined) pausedUntil = Math.max(pausedUntil, now() + limit)
      const again =
        limit === undefined ? retryAfterFailure(response, method, attempt) : limit <= longestWaitMilliseconds
      if (!again || attempt === attempts) return response
      await response.arrayBuffer()
      if (limit === undefined) await sleep(300 * 2 ** attempt)
    }
  }
}

/** The figures of the rate limit are those of now, everything else is as it was. */
function renewed(before: Headers, now: Headers): Headers {
  const headers = new Headers(before)
  for (const [name, value] of now) if (name.startsWith('x-ratelimit-')) headers.set(name, value)
  return headers
}

/** How long the host wants to be left alone, or undefined when it does not say that. */
function limitOf(response: Response, now: number): number | undefined {
  if (response.status !== 429 && response.status !== 403) return undefined
  const { headers } = response
  const asked = Number(headers.get('retry-after'))
  if (asked > 0) return asked * 1000
  if (headers.get('x-ratelimit-remaining') === '0') {
    // By the host's own clock: ours may be wrong.
    const theirs = Date.parse(headers.get('date') ?? '') || now
    return Math.max(1000, Number(headers.get('x-ratelimit-reset')) * 1000 - theirs)
  }
  return response.status === 429 ? unnamedPause : undefined
}

/** A write that failed on the host's side may have happened: the job looks before it asks again. */
const retryAfterFailure = (response: Response, method: string, attempt: number) =>
  response.status >= 500 && response.status !== 501 && method === 'GET' && attempt < attempts

function pausedAnswer(milliseconds: number): Response {
  const headers = { 'content-type': 'application/json', 'retry-after': String(Math.ceil(milliseconds / 1000)) }
  return new Response(JSON.stringify({ message: 'The host asked us to wait.' }), { status: 429, headers })
}
