import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { depthToSpace, identity, integerDivision, loop, memoryHog } from '../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'

let runtime: TestRuntime

beforeAll(async () => {
  runtime = await startTestRuntime({ engineMemoryMegabytes: 400 }, true)
  await runtime.serve('neighbour', identity('float'))
}, 120_000)

afterAll(() => runtime.close())

const neighbour = () =>
  runtime.infer('neighbour', { inputs: [{ name: 'in', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] })

const divide = (name: string, by: number) =>
  runtime.infer(name, {
    inputs: [
      { name: 'a', datatype: 'INT32', shape: [1], data: [-2147483648] },
      { name: 'b', datatype: 'INT32', shape: [1], data: [by] },
    ],
  })

const spin = (name: string, times: number, headers = {}) =>
  runtime.infer(
    name,
    {
      inputs: [
        { name: 'times', datatype: 'INT64', shape: [], data: [times] },
        { name: 'x', datatype: 'FP32', shape: [1], data: [1] },
      ],
    },
    headers,
  )

describe('a model that kills its engine', () => {
  it('costs its own caller a 503 and comes back, while the neighbour notices nothing', async () => {
    await runtime.serve('division', integerDivision())
    const entry = runtime.runtime.models.entries().find((each) => each.name === 'division')
    const loadSeconds = entry?.loaded[0]?.supervised?.loadSeconds ?? 0
    const [killed, other] = await Promise.all([divide('division', -1), neighbour()])
    expect(other.status).toBe(200)
    expect(killed.status).toBe(503)
    expect(killed.headers.get('retry-after')).toBe(String(Math.ceil(0.1 + loadSeconds)))
    await until('it is logged', () =>
      runtime.events.some(({ event, details }) => event === 'request failed' && details.status === 503),
    )
    await until('it is back', async () => (await divide('division', 2)).status === 200)
    expect(await runtime.metrics()).toContain('engine_restarts_total{tenant="ml",model="division",version="1"} 1')
  })

  it('is quarantined with the reason the third time, and comes back with another spec', async () => {
    await runtime.serve('killer', integerDivision())
    for (let round = 0; round < 3; round++) {
      await until('it runs', async () => {
        const { state } = runtime.runtime.models.status('killer') ?? {}
        return state === 'Quarantined' || (await divide('killer', 1)).status === 200
      })
      await divide('killer', -1)
    }
    const status = await until('it is quarantined', () => {
      const found = runtime.runtime.models.status('killer')
      return found?.state === 'Quarantined' && found
    })
    expect(status.versions[0]?.message).toMatch(/ended its engine 3 times.*SIGFPE.*until its spec changes/)
    await until('callers are told', async () => (await divide('killer', 1)).status === 503)
    expect((await divide('killer', 1)).body).toEqual({ error: expect.stringContaining('quarantined') })
    expect((await neighbour()).status).toBe(200)
    await runtime.put('killer', [{ bytes: integerDivision() }], { batching: { maxBatch: 2 } })
    await until('it is back', async () => (await divide('killer', 1)).status === 200)
  })

  it('by never returning is ended when its time is over', async () => {
    await runtime.serve('spinner', loop(), { limits: { timeoutMilliseconds: 300 } })
    const started = performance.now()
    const [stuck, other] = await Promise.all([spin('spinner', 1e15), neighbour()])
    expect(performance.now() - started).toBeLessThan(3000)
    expect(other.status).toBe(200)
    expect([503, 504]).toContain(stuck.status)
    await until('it is back', async () => (await spin('spinner', 3)).status === 200)
  })

  it('by taking all memory is ended, or fails, alone', async () => {
    await runtime.serve('hog', memoryHog())
    const greedy = await runtime.infer('hog', {
      inputs: [{ name: 'size', datatype: 'INT64', shape: [2], data: [100_000, 100_000] }],
    })
    expect([500, 503]).toContain(greedy.status)
    expect((await neighbour()).status).toBe(200)
  })

  it('at load is refused with the reason, and never gets an engine', async () => {
    const status = await runtime.serve('bomb', depthToSpace(4294967296n))
    expect(status.state).toBe('Failed')
    expect(status.versions[0]?.message).toContain('SIGFPE')
    expect((await neighbour()).status).toBe(200)
  })
})

describe('a caller', () => {
  it('with a deadline is answered 504 when it passes', async () => {
    await runtime.serve('slow', loop())
    const answer = await spin('slow', 20_000_000, { 'x-request-timeout-ms': '50' })
    expect(answer.status).toBe(504)
  })

  it('that goes away frees its place', async () => {
    await runtime.serve('narrow', loop(), { limits: { concurrency: 1 } })
    const leaving = new AbortController()
    const body = JSON.stringify({
      inputs: [
        { name: 'times', datatype: 'INT64', shape: [], data: [300_000] },
        { name: 'x', datatype: 'FP32', shape: [1], data: [1] },
      ],
    })
    const gone = fetch(`${runtime.url}/v2/models/narrow/infer`, { method: 'POST', body, signal: leaving.signal }).catch(
      () => 'gone',
    )
    await until('the place is taken', async () => {
      const answer = await spin('narrow', 1)
      return answer.status === 429 && answer.headers.get('retry-after') === '1'
    })
    leaving.abort()
    expect(await gone).toBe('gone')
    await until('the place is free', async () => (await spin('narrow', 1)).status === 200)
  })

  it('beyond the rate is told when to come back', async () => {
    await runtime.serve('paced', identity('float'), { limits: { requestsPerSecond: 10 } })
    const ask = () =>
      runtime.infer('paced', { inputs: [{ name: 'in', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] })
    const answers = await Promise.all(Array.from({ length: 20 }, ask))
    const refused = answers.filter((each) => each.status === 429)
    expect(refused.length).toBeGreaterThan(10)
    expect(answers.some((each) => each.status === 200)).toBe(true)
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})
