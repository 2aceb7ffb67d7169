import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identity } from '../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'

let runtime: TestRuntime

beforeAll(async () => {
  runtime = await startTestRuntime({}, true)
  await runtime.serve('images', identity('float', ['rows', 3, 224, 224]))
}, 120_000)

afterAll(() => runtime.close())

const COUNT = 3 * 224 * 224

const binaryRequest = (seed: number, extra = '') => {
  const values = Float32Array.from({ length: COUNT }, (_, at) => at * 0.5 + seed)
  const head = Buffer.from(
    JSON.stringify({
      id: `image-${seed}${extra}`,
      parameters: { binary_data_output: true },
      inputs: [
        { name: 'in', datatype: 'FP32', shape: [1, 3, 224, 224], parameters: { binary_data_size: values.byteLength } },
      ],
    }),
  )
  return { values, length: head.length, body: Buffer.concat([head, Buffer.from(values.buffer)]) }
}

const ask = async (seed: number, extra = '', signal?: AbortSignal) => {
  const { values, length, body } = binaryRequest(seed, extra)
  const response = await fetch(`${runtime.url}/v2/models/images/infer`, {
    method: 'POST',
    headers: { 'inference-header-content-length': String(length) },
    body,
    ...(signal && { signal }),
  })
  const answer = Buffer.from(await response.arrayBuffer())
  const jsonLength = Number(response.headers.get('inference-header-content-length'))
  return {
    status: response.status,
    same: Buffer.compare(answer.subarray(jsonLength), Buffer.from(values.buffer)) === 0,
  }
}

describe('bodies of hundreds of kilobytes', () => {
  it('come back as they were, however the tensor lies behind its JSON, and many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, (_, seed) => ask(seed, 'x'.repeat(seed))))
    expect(answers).toEqual(new Array(24).fill({ status: 200, same: true }))
  })

  it('may be JSON', async () => {
    const data = Array.from({ length: COUNT }, (_, at) => at / 8)
    const { status, body } = await runtime.infer('images', {
      inputs: [{ name: 'in', datatype: 'FP32', shape: [1, 3, 224, 224], data }],
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ outputs: [{ data }] })
  })

  it('do not mix when many come as JSON at once', async () => {
    const asked = Array.from({ length: 8 }, async (_, seed) => {
      const data = Array.from({ length: COUNT }, (_, at) => at / 8 + seed)
      const input = { name: 'in', datatype: 'FP32', shape: [1, 3, 224, 224] }
      // Every other one lacks a number, and must not get one from the others.
      const sent = seed % 2 === 0 ? data : data.slice(1)
      const { status, body } = await runtime.infer('images', { inputs: [{ ...input, data: sent }] })
      if (seed % 2 === 0) expect(body).toMatchObject({ outputs: [{ data }] })
      return status
    })
    expect(await Promise.all(asked)).toEqual([200, 400, 200, 400, 200, 400, 200, 400])
  })

  it('leave no trace when their caller goes away half-way', async () => {
    for (let round = 0; round < 30; round++) {
      const leaving = new AbortController()
      const asked = ask(round, '', leaving.signal).catch(() => undefined)
      setImmediate(() => leaving.abort())
      await asked
    }
    await until('everything is answered again', async () => (await ask(7)).same)
  })

  it('are refused when they lie about their tensors', async () => {
    const { body } = binaryRequest(1)
    const response = await fetch(`${runtime.url}/v2/models/images/infer`, {
      method: 'POST',
      headers: { 'inference-header-content-length': String(body.length + 1) },
      body,
    })
    expect(response.status).toBe(400)
    expect((await ask(3)).same).toBe(true)
  })
})
