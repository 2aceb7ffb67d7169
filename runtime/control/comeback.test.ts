import { expect, it } from 'vitest'
import { identity } from '../testing/models.ts'
import { startTestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'
import { Comeback } from './comeback.ts'

it('expects an engine after the pause of its supervisor and the time of a load', () => {
  const comeback = new Comeback()
  comeback.starts(1000)
  expect(comeback.backAt).toBe(1000)
  comeback.isLoaded(3)
  expect(comeback.away).toBe(3100)
  comeback.ended(10_000)
  expect(comeback.backAt).toBe(13_100)
  for (const now of [20_000, 30_000, 40_000, 50_000, 60_000, 70_000]) comeback.ended(now)
  expect(comeback.backAt).toBe(78_000)
  comeback.ended(700_000)
  expect(comeback.backAt).toBe(703_100)
})

it('tells callers when an engine is likely back that is killed again and again', { timeout: 60_000 }, async () => {
  const runtime = await startTestRuntime()
  await runtime.serve('echo', identity('float'))
  const loaded = runtime.runtime.models.entries()[0]?.loaded[0]
  const body = { inputs: [{ name: 'in', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] }
  const engine = () => loaded?.supervised?.engine
  for (let round = 1; round <= 6; round++) {
    const pid = await until('it is ready', () => loaded?.state === 'Ready' && engine()?.pid)
    process.kill(pid, 'SIGKILL')
    await until('it has ended', () => engine()?.pid !== pid)
  }
  const away = await until('callers hear of it', async () => {
    const answer = await runtime.infer('echo', body)
    return answer.status === 503 && String(answer.body.error).includes('starting again') && answer
  })
  expect(Number(away.headers.get('retry-after'))).toBeGreaterThanOrEqual(3)
  const probed = await fetch(`${runtime.url}/v2/models/echo/ready`)
  expect(Number(probed.headers.get('retry-after'))).toBeGreaterThanOrEqual(3)
  // Its supervisor waits as long as callers are told.
  const ready = until('it is back', () => loaded?.state === 'Ready' && Date.now())
  const expected = loaded?.comeback.backAt ?? 0
  expect(await ready).toBeGreaterThan(expected - (loaded?.supervised?.loadSeconds ?? 0) * 1000 - 500)
})

it('tells callers of a version that is out for good to come much later', { timeout: 60_000 }, async () => {
  const runtime = await startTestRuntime()
  await runtime.serve('junk', Buffer.from('no model at all'))
  const answer = await runtime.infer('junk', {})
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60'])
})
