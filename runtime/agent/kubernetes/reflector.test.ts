import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { KubernetesError } from './client.ts'
import { Reflector } from './reflector.ts'

/** Follows a server whose watches end the way `watch` ends them; says when each was asked for. */
const follow = (watch: () => string) => {
  const asked: number[] = []
  const stop = new AbortController()
  const list = { metadata: { resourceVersion: '1' }, items: [] }
  const reflector = new Reflector({
    client: {
      get: async () => list,
      delete: async () => {},
      apply: async () => undefined,
      stream: async () => {
        asked.push(performance.now())
        const response = new IncomingMessage(new Socket())
        response.push(watch())
        response.push(null)
        return response
      },
    },
    path: '/things',
    stallMilliseconds: 10_000,
    watchSeconds: 600,
    log: () => {},
    onChange: () => {},
  })
  const run = reflector.run(stop.signal)
  onTestFinished(async () => {
    stop.abort()
    await run
  })
  const until = (count: number) =>
    vi.waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(count), { timeout: 15_000, interval: 10 })
  return { asked, until }
}

const refused = (): string => {
  throw new KubernetesError(500, '', 'not now')
}
const bookmark = () => `${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '2' } } })}\n`

it.each([
  ['is refused', refused],
  ['ends at once', () => ''],
  ['ends with the version being too old', () => `${JSON.stringify({ type: 'ERROR', object: { code: 410 } })}\n`],
])('watches later and later while every watch %s', async (_how, watch) => {
  const { asked, until } = follow(watch)
  await until(4)
  const [first = 0, second = 0, third = 0, fourth = 0] = asked
  expect(second - first).toBeGreaterThanOrEqual(180)
  expect(fourth - third).toBeGreaterThanOrEqual(740)
})

it('watches again soon after a watch that told something', async () => {
  const { asked, until } = follow(bookmark)
  await until(5)
  expect((asked[4] ?? 0) - (asked[0] ?? 0)).toBeLessThan(3000)
})
