import { expect, it } from 'vitest'
import { identity } from '../testing/models.ts'
import { startTestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'

it('sets the model asked longest ago aside when memory is short, and brings it back for who asks, but never a pinned one', {
  timeout: 60_000,
}, async () => {
  const runtime = await startTestRuntime({ memoryBudgetMegabytes: 100 })
  const body = { inputs: [{ name: 'in', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] }
  const ask = async (name: string) => (await runtime.infer(name, body)).status
  await runtime.serve('pinned', identity('float'), { pinned: true })
  await runtime.serve('first', identity('float'))
  await runtime.put('second', [{ bytes: identity('float') }])
  const states = () => Object.fromEntries(runtime.runtime.models.list().map((each) => [each.name, each.state]))
  await until('one of the two is set aside', () => states().first === 'SetAside' && states().second === 'Ready')
  expect(states().pinned).toBe('Ready')
  expect(runtime.runtime.models.status('first')?.message).toContain('set aside')
  const described = await fetch(`${runtime.url}/v2/models/first`)
  expect(await described.json()).toMatchObject({ inputs: [{ name: 'in' }] })
  // Whoever asks waits for the load, unless they have no time for it.
  const hurried = await runtime.infer('first', body, { 'x-request-timeout-ms': '1' })
  expect(hurried.status).toBe(503)
  expect(Number(hurried.headers.get('retry-after'))).toBeGreaterThanOrEqual(2)
  expect(await Promise.all([ask('first'), ask('first')])).toEqual([200, 200])
  await until('the other one is set aside', () => states().second === 'SetAside')
  expect(await ask('pinned')).toBe(200)
})
