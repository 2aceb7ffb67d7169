import { credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { floatsOf, grpcClient, inferMessage } from '../testing/grpc-client.ts'
import { identity, lookup } from '../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../testing/start-runtime.ts'
import { type Collector, type SeenSpan, startCollector } from '../testing/trace-collector.ts'
import { until } from '../testing/until.ts'

let collector: Collector
let runtime: TestRuntime

beforeAll(async () => {
  collector = await startCollector()
  runtime = await startTestRuntime(
    { tracesUrl: collector.url, tracesHeaders: { 'api-key': 'k' }, traceShare: 0, grpcPort: 0 },
    true,
  )
  await runtime.serve('echo', identity('float'))
  await runtime.serve('table', lookup())
}, 120_000)

afterAll(async () => {
  await runtime.close()
  await collector.close()
})

const body = { inputs: [{ name: 'in', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] }
const parent = '00f067aa0ba902b7'
let traces = 0
const newTrace = () => (++traces).toString(16).padStart(32, 'a')
const spansOf = (traceId: string): SeenSpan[] => collector.spans.filter((each) => each.traceId === traceId)
const untilSeen = (traceId: string) =>
  until('the collector has its spans', () => spansOf(traceId).length > 0 && spansOf(traceId))

describe('a request whose caller traces it', () => {
  it('has spans for itself and its stages, under the span of the caller', async () => {
    const traceId = newTrace()
    const { headers } = await runtime.infer('echo', body, {
      traceparent: `00-${traceId}-${parent}-01`,
      'x-request-id': 'mine',
    })
    const spans = await untilSeen(traceId)
    const [request] = spans.filter((each) => each.kind === 2)
    expect(request).toMatchObject({
      parent,
      name: 'POST /v2/models/{model}/infer',
      failed: false,
      attributes: {
        'http.response.status_code': 200,
        'modelyard.model': 'echo',
        'modelyard.version': '1',
        'modelyard.tenant': 'ml',
        'modelyard.request_id': 'mine',
      },
    })
    expect(headers.get('traceparent')).toBe(`00-${traceId}-${request?.spanId}-01`)
    const stages = spans.filter((each) => each.kind === 1)
    expect(stages.map((each) => each.name)).toEqual(['queue', 'parse', 'run', 'serialize'])
    for (const stage of stages) {
      expect(stage.parent).toBe(request?.spanId)
      expect(stage.start >= (request?.start ?? 0n)).toBe(true)
      expect(stage.end >= stage.start).toBe(true)
    }
    expect(Number(request?.end) / 1e6).toBeGreaterThan(Date.now() - 60_000)
    expect(new Set(spans.map((each) => each.spanId)).size).toBe(5)
    expect(collector.headers[0]).toMatchObject({
      path: '/v1/traces',
      'api-key': 'k',
      'content-type': 'application/x-protobuf',
    })
  })

  it('over gRPC has the same', async () => {
    const client = grpcClient(runtime.runtime.grpc ?? '', credentials.createInsecure())
    const traceId = newTrace()
    const { trailer } = await client.ask('ModelInfer', inferMessage('echo', 'in', [1, 2], floatsOf(1, 2)), {
      traceparent: `00-${traceId}-${parent}-01`,
    })
    client.close()
    const [request] = (await untilSeen(traceId)).filter((each) => each.kind === 2)
    expect(request).toMatchObject({ name: 'inference.GRPCInferenceService/ModelInfer', parent })
    expect(trailer.get('traceparent')).toEqual([`00-${traceId}-${request?.spanId}-01`])
    expect(spansOf(traceId)).toHaveLength(5)
  })

  it('says that it failed, and never what was in it', async () => {
    const traceId = newTrace()
    const secret = 7_654_321
    await runtime.infer(
      'table',
      { inputs: [{ name: 'index', datatype: 'INT64', shape: [1], data: [99] }], parameters: { secret } },
      { traceparent: `00-${traceId}-${parent}-01`, authorization: 'Bearer hidden' },
    )
    const spans = await untilSeen(traceId)
    expect(spans.find((each) => each.kind === 2)).toMatchObject({ failed: true })
    const all = JSON.stringify(collector.spans, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    expect(all).not.toContain(String(secret))
    expect(all).not.toContain('hidden')
  })
})

it('a request whose caller does not trace it, or says nothing, leaves no span', async () => {
  const [silent, traced] = [newTrace(), newTrace()]
  const { headers } = await runtime.infer('echo', body, { traceparent: `00-${silent}-${parent}-00` })
  expect(headers.get('traceparent')).toBeNull()
  expect((await runtime.infer('echo', body)).headers.get('traceparent')).toBeNull()
  await runtime.infer('echo', body, { traceparent: `00-${traced}-${parent}-01` })
  await untilSeen(traced)
  expect(spansOf(silent)).toEqual([])
})

it('a collector that is busy is asked again, one that refuses is not', async () => {
  const counts = async () => {
    const text = await runtime.metrics()
    const of = (name: string) => Number(new RegExp(`${name} (\\d+)`).exec(text)?.[1])
    return { exported: of('trace_spans_exported_total'), dropped: of('trace_spans_dropped_total') }
  }
  const [again, never] = [newTrace(), newTrace()]
  collector.refusals.push(503)
  await runtime.infer('echo', body, { traceparent: `00-${again}-${parent}-01` })
  await untilSeen(again)
  const before = await counts()
  expect(before.dropped).toBe(0)
  collector.refusals.push(400)
  await runtime.infer('echo', body, { traceparent: `00-${never}-${parent}-01` })
  await until('they are counted as lost', async () => (await counts()).dropped === 5)
  expect(await counts()).toEqual({ exported: before.exported, dropped: 5 })
  expect(runtime.events.find(({ event }) => event === 'traces not sent')?.details).toEqual({
    reason: 'the collector answered 400',
  })
})
