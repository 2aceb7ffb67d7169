import { describe, expect, it } from 'vitest'
import { createTransport } from './transport.ts'

type Sent = { url: string; method: string; headers: Headers }
type Reply = { status: number; body?: unknown; headers?: Record<string, string> }

/** A host that answers from a list, and a clock that only waiting moves. */
function begin(replies: Reply[], longestWaitMilliseconds?: number) {
  let now = Date.parse('2026-01-01T12:00:00Z')
  const sent: Sent[] = []
  const waits: number[] = []
  const ask = createTransport({
    clock: { now: () => new Date(now) },
    wait: async (milliseconds) => {
      waits.push(milliseconds)
      now += milliseconds
    },
    ...(longestWaitMilliseconds === undefined ? {} : { longestWaitMilliseconds }),
    fetch: async (input, init) => {
      sent.push({ url: String(input), method: init?.method ?? 'GET', headers: new Headers(init?.headers) })
      const { status, body = {}, headers = {} } = replies.shift() ?? { status: 200 }
      const empty = status === 304 || status === 204
      return new Response(empty ? null : JSON.stringify(body), { status, headers })
    },
  })
  const inSeconds = (seconds: number) => String(now / 1000 + seconds)
  return { ask, sent, waits, inSeconds, pass: (milliseconds: number) => (now += milliseconds) }
}
const url = 'https://git.example/repos/platform/gitops'

describe('asking the Git host', () => {
  it('sends what it knows along, and takes "not modified" for the same answer with today’s limits', async () => {
    const host = begin([
      { status: 200, body: { name: 'gitops' }, headers: { etag: '"1"', 'x-ratelimit-remaining': '10' } },
      { status: 304, headers: { 'x-ratelimit-remaining': '9' } },
      { status: 200, body: { name: 'renamed' }, headers: { etag: '"2"' } },
      { status: 304 },
    ])
    const names: unknown[] = []
    for (let index = 0; index < 4; index++) names.push(await (await host.ask(url)).json())
    expect(names.map((each) => Object(each).name)).toEqual(['gitops', 'gitops', 'renamed', 'renamed'])
    expect(host.sent.map((each) => each.headers.get('if-none-match'))).toEqual([null, '"1"', '"1"', '"2"'])
  })

  it('waits as long as a secondary limit asks, then asks again', async () => {
    const host = begin([{ status: 403, headers: { 'retry-after': '7' } }, { status: 201 }])
    expect((await host.ask(url, { method: 'POST' })).status).toBe(201)
    expect(host.waits).toEqual([7000])
  })

  it('waits until the reset by the host’s own clock, though ours is an hour off', async () => {
    const host = begin([])
    const theirs = new Date(Date.parse('2026-01-01T13:00:00Z'))
    const reset = String(theirs.getTime() / 1000 + 5)
    const limited = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset, date: theirs.toUTCString() }
    const replies = [{ status: 429, headers: limited }, { status: 200 }]
    const slow = begin(replies)
    expect((await slow.ask(url)).status).toBe(200)
    expect(slow.waits).toEqual([5000])
    expect(host.sent).toEqual([])
  })

  it('does not sit out a long pause: it says so at once, and leaves the host alone until it is over', async () => {
    const host = begin([{ status: 403, headers: { 'retry-after': '600' } }, { status: 200 }])
    expect((await host.ask(url)).status).toBe(403)
    const answers = await Promise.all(Array.from({ length: 50 }, () => host.ask(url)))
    expect(new Set(answers.map((each) => each.status))).toEqual(new Set([429]))
    expect(answers[0]?.headers.get('retry-after')).toBe('600')
    expect(host.sent).toHaveLength(1)
    host.pass(601_000)
    expect((await host.ask(url)).status).toBe(200)
    expect(host.sent).toHaveLength(2)
  })

  it('pauses for a minute when a limit names no time', async () => {
    const host = begin([{ status: 429 }])
    await host.ask(url)
    expect((await host.ask(url)).headers.get('retry-after')).toBe('60')
  })

  it('takes a refusal that is no limit for what it is', async () => {
    const host = begin([{ status: 403, headers: { 'x-ratelimit-remaining': '4000' } }])
    expect((await host.ask(url)).status).toBe(403)
    expect([host.sent.length, host.waits.length]).toEqual([1, 0])
  })

  it('asks again after a failure on the host’s side, but never repeats a write', async () => {
    const reading = begin([{ status: 502 }, { status: 503 }, { status: 200 }])
    expect((await reading.ask(url)).status).toBe(200)
    expect(reading.waits).toEqual([600, 1200])
    const writing = begin([{ status: 502 }, { status: 200 }])
    expect((await writing.ask(url, { method: 'POST' })).status).toBe(502)
    expect(writing.sent).toHaveLength(1)
  })

  it('gives up after four answers', async () => {
    const host = begin(Array.from({ length: 9 }, () => ({ status: 500 })))
    expect((await host.ask(url)).status).toBe(500)
    expect(host.sent).toHaveLength(4)
  })

  it('keeps a bounded number of answers, the latest used', async () => {
    const host = begin(Array.from({ length: 700 }, () => ({ status: 200, headers: { etag: '"1"' } })))
    for (let index = 0; index < 501; index++) await host.ask(`${url}/${index}`)
    await host.ask(`${url}/0`)
    await host.ask(`${url}/500`)
    expect(host.sent.slice(-2).map((each) => each.headers.get('if-none-match'))).toEqual([null, '"1"'])
  })
})
