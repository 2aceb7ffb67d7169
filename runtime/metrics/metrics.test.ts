import { expect, it } from 'vitest'
import { classifier, identity, lookup } from '../testing/models.ts'
import { startTestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'

type Series = Map<string, number>

/** Every series of one family, by its labels as text. */
const seriesOf = (text: string, name: string): Series =>
  new Map(
    [...text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))].map(([, labels = '', value]) => [
      labels,
      Number(value),
    ]),
  )
const of = (model: string) => `tenant="ml",model="${model}",version="1"`

it('counts known traffic to the last request and byte', { timeout: 60_000 }, async () => {
  const runtime = await startTestRuntime()
  await runtime.serve('echo', identity('float'))
  await runtime.serve('table', lookup())
  await runtime.serve('judge', classifier(), {
    monitoring: {
      riskThresholds: [
        { level: 'high', from: 0.7 },
        { level: 'low', from: 0 },
      ],
    },
  })
  await runtime.serve('texts', identity('string', ['rows', 1]), {})
  await runtime.serve('slow', identity('float'), { limits: { requestsPerSecond: 0.01 } })

  const bodies: string[] = []
  let answered = 0
  const ask = async (model: string, body: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`${runtime.url}/v2/models/${model}/infer`, { method: 'POST', body: text })
    const bytes = (await response.arrayBuffer()).byteLength
    if (model === 'echo') {
      bodies.push(text)
      answered += bytes
    }
    return response.status
  }
  const rows = (...values: number[]) => ({
    inputs: [{ name: 'in', datatype: 'FP32', shape: [values.length / 2, 2], data: values }],
  })
  for (let at = 0; at < 7; at++) expect(await ask('echo', rows(at, at))).toBe(200)
  expect(await ask('echo', rows(1, 2, 3, 4, 5, 6))).toBe(200)
  expect(await ask('echo', '{"inputs": "none"}')).toBe(400)
  expect(await ask('table', { inputs: [{ name: 'index', datatype: 'INT64', shape: [1], data: [99] }] })).toBe(500)
  const judged = (...data: number[]) => ({
    inputs: [{ name: 'x', datatype: 'FP32', shape: [data.length / 2, 2], data }],
  })
  expect(await ask('judge', judged(0, 9, 9, 0, 9, 0))).toBe(200)
  expect(await ask('slow', rows(1, 1))).toBe(200)
  expect(await ask('slow', rows(1, 1))).toBe(429)
  expect(
    await ask('texts', {
      inputs: [{ name: 'in', datatype: 'BYTES', shape: [2, 1], data: ['two words', ' three more  words '] }],
    }),
  ).toBe(200)
  expect(await ask('nobody', rows(1, 1))).toBe(404)

  const text = await runtime.metrics()
  expect(seriesOf(text, 'http_requests_total')).toEqual(
    new Map([
      [`${of('echo')},code="200"`, 8],
      [`${of('echo')},code="400"`, 1],
      [`${of('table')},code="500"`, 1],
      [`${of('judge')},code="200"`, 1],
      [`${of('slow')},code="200"`, 1],
      [`${of('slow')},code="429"`, 1],
      [`${of('texts')},code="200"`, 1],
    ]),
  )
  const value = (name: string, model: string, more = '') => seriesOf(text, name).get(`${of(model)}${more}`)
  expect(value('http_request_bytes_total', 'echo')).toBe(bodies.join('').length)
  expect(value('http_response_bytes_total', 'echo')).toBe(answered)
  expect(value('http_request_duration_seconds_count', 'echo')).toBe(9)
  expect(value('http_request_duration_seconds_bucket', 'echo', ',le="+Inf"')).toBe(9)
  expect(value('inference_queue_duration_seconds_count', 'echo')).toBe(9)
  expect(value('inference_batch_rows_count', 'echo')).toBe(8)
  expect(value('inference_batch_rows_sum', 'echo')).toBe(7 + 3)
  expect(value('inference_batch_rows_bucket', 'echo', ',le="1"')).toBe(7)
  expect(value('inference_run_seconds_total', 'echo')).toBeGreaterThan(0)
  expect(value('http_request_duration_seconds_sum', 'echo')).toBeGreaterThan(
    value('inference_run_seconds_total', 'echo') ?? 0,
  )
  expect(seriesOf(text, 'predictions_total')).toEqual(
    new Map([
      [of('echo'), 10],
      [`${of('judge')},risk_level="high"`, 1],
      [`${of('judge')},risk_level="low"`, 2],
      [of('slow'), 1],
      [of('texts'), 2],
    ]),
  )
  for (const model of ['echo', 'table', 'judge', 'texts', 'slow']) {
    expect(value('model_ready', model)).toBe(1)
    expect(value('engine_restarts_total', model)).toBe(0)
    expect(value('model_load_seconds', model)).toBeGreaterThan(0)
    expect(value('engine_memory_bytes', model)).toBeGreaterThan(1_000_000)
  }
  expect(seriesOf(text, 'inference_text_tokens_total')).toEqual(new Map([[of('texts'), 5]]))

  const engine = runtime.runtime.models.entries().find((each) => each.name === 'echo')?.loaded[0]?.supervised?.engine
  process.kill(engine?.pid ?? 0, 'SIGKILL')
  await until(
    'the restart is counted',
    async () => seriesOf(await runtime.metrics(), 'engine_restarts_total').get(of('echo')) === 1,
  )
  await until('it is back', async () => seriesOf(await runtime.metrics(), 'model_ready').get(of('echo')) === 1)
})

it('counts words and token ids of what is text', { timeout: 60_000 }, async () => {
  const runtime = await startTestRuntime()
  await runtime.serve('texts', identity('string', ['rows']))
  await runtime.serve('ids', identity('int64', ['rows', 2], 'input_ids'))
  const ask = (model: string, input: object) => runtime.infer(model, { inputs: [input] })
  await ask('texts', { name: 'in', datatype: 'BYTES', shape: [2], data: ['two words', ' three\tmore\nwörds '] })
  await ask('ids', { name: 'input_ids', datatype: 'INT64', shape: [3, 2], data: [1, 2, 3, 4, 5, 6] })
  const seen = seriesOf(await runtime.metrics(), 'inference_text_tokens_total')
  expect(seen).toEqual(
    new Map([
      [of('texts'), 5],
      [of('ids'), 6],
    ]),
  )
})

it('gives an answer of a thousand labels no more than a hundred series, and one', { timeout: 60_000 }, async () => {
  const runtime = await startTestRuntime()
  await runtime.serve('names', identity('string', ['rows'], 'in', { 'modelyard.task': 'text-classification' }))
  const data = Array.from({ length: 1000 }, (_, at) => `label ${at} {"\\\n`)
  await runtime.infer('names', { inputs: [{ name: 'in', datatype: 'BYTES', shape: [1000], data }] })
  const seen = [...(await runtime.metrics()).matchAll(/^predictions_total\{.*\} (\d+)$/gm)]
  expect(seen).toHaveLength(101)
  expect(seen.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(1000)
})
