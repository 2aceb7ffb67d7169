import { credentials, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ProtoReader, ProtoWriter } from '../protocol/protobuf/protobuf.ts'
import { floatsOf, grpcClient, inferMessage } from '../testing/grpc-client.ts'
import { identity, loop } from '../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'
import { fieldsOf } from './messages.ts'

let runtime: TestRuntime
let client: ReturnType<typeof grpcClient>

beforeAll(async () => {
  runtime = await startTestRuntime({ grpcPort: 0 }, true)
  await runtime.serve('echo', identity('float'))
  await runtime.serve('narrow', loop(), { limits: { concurrency: 1 } })
  client = grpcClient(runtime.runtime.grpc ?? '', credentials.createInsecure())
}, 120_000)

afterAll(async () => {
  client.close()
  await runtime.close()
})

const echo = () => inferMessage('echo', 'in', [1, 2], floatsOf(1, 2))
/** Turns for as long as it is told. */
const spin = (times: bigint) => {
  const rounds = Buffer.from(BigInt64Array.of(times).buffer)
  return inferMessage('narrow', 'times', [], rounds, 'INT64')
    .message(5, new ProtoWriter().text(1, 'x').text(2, 'FP32').packed(3, [1]))
    .bytes(7, floatsOf(1))
}
const codesOf = async (model: string, code: number): Promise<number> => {
  const found = new RegExp(`http_requests_total\\{[^}]*model="${model}"[^}]*code="${code}"\\} (\\d+)`)
  return Number(found.exec(await runtime.metrics())?.[1] ?? 0)
}

describe('gRPC', () => {
  it('answers, and says which request it answered', async () => {
    const { error, body, trailer } = await client.ask('ModelInfer', echo(), { 'x-request-id': 'mine' })
    expect(error).toBeUndefined()
    expect(fieldsOf(body).get(1)).toBe('echo')
    expect(trailer.get('x-request-id')).toEqual(['mine'])
  })

  it.each([
    ['a model that is not there', inferMessage('nobody', 'in', [1, 2], floatsOf(1, 2)), status.NOT_FOUND],
    ['another shape', inferMessage('echo', 'in', [1, 3], floatsOf(1, 2, 3)), status.INVALID_ARGUMENT],
    ['too few bytes', inferMessage('echo', 'in', [1, 2], floatsOf(1)), status.INVALID_ARGUMENT],
    ['another input', inferMessage('echo', 'out', [1, 2], floatsOf(1, 2)), status.INVALID_ARGUMENT],
  ])('refuses %s', async (_what, message, code) => {
    expect((await client.ask('ModelInfer', message)).error?.code).toBe(code)
  })

  it('frees the place of a caller who cancels, and of one whose deadline passes', async () => {
    const first = client.begin('ModelInfer', spin(200_000n))
    await until(
      'it is under way',
      async () => (await client.ask('ModelInfer', spin(1n))).error?.code === status.RESOURCE_EXHAUSTED,
    )
    first.cancel()
    expect((await first.answer).error?.code).toBe(status.CANCELLED)
    await until('its place is free', async () => (await client.ask('ModelInfer', spin(1n))).error === undefined)

    const late = await client.ask('ModelInfer', spin(2_000_000n), {}, { deadline: Date.now() + 100 })
    expect(late.error?.code).toBe(status.DEADLINE_EXCEEDED)
    await until('its place is free', async () => (await client.ask('ModelInfer', spin(1n))).error === undefined)
    expect(await codesOf('narrow', 499)).toBeGreaterThan(0)
    expect(await codesOf('narrow', 429)).toBeGreaterThan(0)
  })

  it('gives the statistics that HTTP gives', async () => {
    const { body } = await client.ask('ModelStatistics', new ProtoWriter().text(1, 'echo'))
    const reader = new ProtoReader(body)
    reader.next()
    const stats = reader.message()
    const found: Record<number, unknown> = {}
    while (stats.next()) found[stats.field] = stats.type === 2 ? stats.slice() : Number(stats.varint())
    const plain: unknown = await (await fetch(`${runtime.url}/v2/models/echo/stats`)).json()
    expect(plain).toMatchObject({ model_stats: [{ inference_count: found[4], execution_count: found[5] }] })
    expect(found[4]).toBe(1)
  })

  it('refuses everybody beyond a limit, also who asks again and again, and nobody else', async () => {
    await runtime.serve('paced', identity('float'), { limits: { requestsPerSecond: 0.001 } })
    const paced = inferMessage('paced', 'in', [1, 2], floatsOf(1, 2))
    expect((await client.ask('ModelInfer', paced)).error).toBeUndefined()
    const all = Array.from({ length: 60 }, () => client.ask('ModelInfer', paced))
    expect((await client.ask('ModelInfer', echo())).error).toBeUndefined()
    const refused = (await Promise.all(all)).map(({ error }) => error?.code)
    expect(refused).toEqual(new Array(60).fill(status.RESOURCE_EXHAUSTED))
  })

  it('waits for a model that was set aside, within its deadline, and not for who cancels', async () => {
    await runtime.serve('resting', identity('float'))
    const resting = inferMessage('resting', 'in', [1, 2], floatsOf(1, 2))
    const isReady = async () => {
      const { body } = await client.ask('ModelReady', new ProtoWriter().text(1, 'resting'))
      return body.length > 0
    }
    const setAside = async () => {
      runtime.runtime.models
        .entries()
        .find((each) => each.name === 'resting')
        ?.setAside()
      await until('it is set aside', async () => !(await isReady()))
    }
    const answered = async (): Promise<unknown> => {
      const stats: unknown = await (await fetch(`${runtime.url}/v2/models/resting/stats`)).json()
      return stats
    }
    await setAside()
    expect((await client.ask('ModelInfer', resting)).error).toBeUndefined()
    expect(await answered()).toMatchObject({ model_stats: [{ inference_count: 1 }] })

    await setAside()
    const late = client.ask('ModelInfer', resting, {}, { deadline: Date.now() + 30 })
    const left = client.begin('ModelInfer', resting)
    expect((await late).error?.code).toBe(status.DEADLINE_EXCEEDED)
    left.cancel()
    expect((await left.answer).error?.code).toBe(status.CANCELLED)
    await until('it is loaded again', isReady)
    expect((await client.ask('ModelInfer', resting)).error).toBeUndefined()
    expect(await answered()).toMatchObject({ model_stats: [{ inference_count: 2 }] })
  })

  it('answers what is under way before it goes', { timeout: 60_000 }, async () => {
    const leaving = await startTestRuntime({ grpcPort: 0 }, true)
    await leaving.serve('narrow', loop(), { limits: { concurrency: 1 } })
    const caller = grpcClient(leaving.runtime.grpc ?? '', credentials.createInsecure())
    expect((await caller.ask('ModelInfer', spin(1n))).error).toBeUndefined()
    const last = caller.begin('ModelInfer', spin(200_000n)).answer
    await until(
      'it is under way',
      async () => (await caller.ask('ModelInfer', spin(1n))).error?.code === status.RESOURCE_EXHAUSTED,
    )
    await leaving.close()
    expect((await last).error).toBeUndefined()
    caller.close()
  })

  it('counts and logs whom it has no memory for', { timeout: 60_000 }, async () => {
    const small = await startTestRuntime({ grpcPort: 0, bodyBudgetBytes: 0 })
    await small.serve('echo', identity('float'))
    const caller = grpcClient(small.runtime.grpc ?? '', credentials.createInsecure())
    expect((await caller.ask('ModelInfer', echo())).error?.code).toBe(status.UNAVAILABLE)
    caller.close()
    expect(await small.metrics()).toMatch(/http_requests_total\{[^}]*model="echo"[^}]*code="503"\} 1\n/)
    await until('it is logged', () =>
      small.events.some(({ event, details }) => event === 'request failed' && details.status === 503),
    )
  })

  it('tells a version that is not there from one that is not loaded', async () => {
    await runtime.serve('junk', Buffer.from('no model at all'))
    const described = async (version: string) =>
      (await client.ask('ModelMetadata', new ProtoWriter().text(1, 'junk').text(2, version))).error
    expect((await described('7'))?.code).toBe(status.NOT_FOUND)
    expect((await described('1'))?.code).toBe(status.UNAVAILABLE)
    expect((await described(''))?.metadata.get('retry-after')).toEqual(['60'])
  })
})
