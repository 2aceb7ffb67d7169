import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { until } from '../../testing/until.ts'
import { experienceOf, failuresOf, startSteadyLoad } from './steady-load.ts'

const startServer = async (milliseconds: number): Promise<{ url: string; asked: () => number }> => {
  let asked = 0
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const refused = ++asked % 10 === 0
      setTimeout(() => response.writeHead(refused ? 503 : 200).end('{"outputs":[]}'), milliseconds)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, asked: () => asked }
}

const body = Buffer.from('{}').toString('base64')

it('asks at the rate it was told, counts outcomes, and loses none', async () => {
  const { url, asked } = await startServer(1)
  const began = performance.now()
  const load = startSteadyLoad([{ name: 'a', url, path: '/infer', body, perSecond: 200 }])
  await until('a hundred are asked', () => asked() >= 100)
  const seconds = (performance.now() - began) / 1000
  const first = experienceOf(await load.take(), 'a')
  const last = experienceOf(await load.stop(), 'a')
  const answered = [...Object.values(first.outcomes), ...Object.values(last.outcomes)].reduce((sum, n) => sum + n, 0)
  expect(seconds).toBeGreaterThan(0.25)
  expect(first.asked).toBeGreaterThanOrEqual(100)
  expect(answered).toBe(first.asked + last.asked)
  expect(failuresOf(first)).toEqual([['503', expect.any(Number)]])
  expect(first.p50).toBeGreaterThan(0.5)
  expect(first.p99).toBeGreaterThanOrEqual(first.p50)
})

it('counts the time a request waits for a free connection', async () => {
  const { url, asked } = await startServer(40)
  const load = startSteadyLoad([{ name: 'slow', url, path: '/', body, perSecond: 100, connections: 1 }])
  await until('ten are answered, one after the other', () => asked() >= 12)
  expect(experienceOf(await load.stop(), 'slow').p99).toBeGreaterThan(100)
})
