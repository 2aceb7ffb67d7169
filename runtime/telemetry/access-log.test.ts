import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { classifier, identity } from '../testing/models.ts'
import { startTestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'

const good = { inputs: [{ name: 'in', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] }

it('logs every request when told to, with its id, and neither bodies nor tokens nor queries', async () => {
  const runtime = await startTestRuntime({ logShare: 1 })
  await runtime.serve('echo', identity('float'))
  const headers = { 'x-request-id': 'mine', authorization: 'Bearer hidden' }
  await runtime.infer('echo', { ...good, parameters: { note: 'written-inside' } }, headers)
  await fetch(`${runtime.url}/v2/models/echo/infer?key=in-the-query`, { method: 'POST', body: '{"inputs":"private"}' })
  await fetch(`${runtime.url}/v2/models/nobody/infer`, { method: 'POST', body: '{}' })
  const lines = await until('three requests are logged', () => {
    const found = runtime.events.filter(({ event }) => event.startsWith('request'))
    return found.length >= 3 && found
  })
  expect(lines).toMatchObject([
    {
      event: 'request',
      details: {
        request: 'mine',
        method: 'POST',
        path: '/v2/models/echo/infer',
        status: 200,
        model: 'echo',
        version: '1',
        tenant: 'ml',
        milliseconds: expect.any(Number),
        queue: expect.any(Number),
        run: expect.any(Number),
        bytesIn: expect.any(Number),
      },
    },
    { event: 'request failed', details: { status: 400, request: expect.stringMatching(/\w/) } },
    { event: 'request failed', details: { status: 404, path: '/v2/models/nobody/infer' } },
  ])
  const all = JSON.stringify(runtime.events)
  for (const word of ['hidden', 'written-inside', 'in-the-query', 'private']) expect(all).not.toContain(word)
})

it('logs failures only unless told otherwise, and says how many it left out', async () => {
  const runtime = await startTestRuntime()
  await runtime.serve('judge', classifier())
  await runtime.infer('judge', { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] })
  await Promise.all(Array.from({ length: 60 }, () => runtime.infer('judge', 'no JSON')))
  await until('what was left out is told', () => runtime.events.some(({ event }) => event === 'requests not logged'))
  const lines = runtime.events.filter(({ event }) => event === 'request failed')
  expect(runtime.events.some(({ event }) => event === 'request')).toBe(false)
  expect(lines.length).toBeLessThan(60)
  expect(await runtime.metrics()).toMatch(/requests_not_logged_total [1-9]/)
})

it('logs callers who went away', async () => {
  const runtime = await startTestRuntime()
  await runtime.serve('echo', identity('float'))
  const under = /http_requests_total\{tenant="ml",model="echo",version="1",code="499"\} 1/
  const socket = connect(Number(new URL(runtime.url).port), '127.0.0.1')
  socket.write('POST /v2/models/echo/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{')
  await once(socket, 'connect')
  await until('it is under way', async () => /runtime_connections [2-9]/.test(await runtime.metrics()))
  socket.end()
  await until('it is counted', async () => under.test(await runtime.metrics()))
  await until('it is logged', () => runtime.events.some(({ details }) => details.status === 499))
})
