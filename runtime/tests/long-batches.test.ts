import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { perceptron } from '../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../testing/start-runtime.ts'

let runtime: TestRuntime

const WIDTH = 256
const ROUNDS = 4
const QUESTIONS = 96

beforeAll(async () => {
  runtime = await startTestRuntime({ acceptors: 2 }, true)
  // A row takes some hundred microseconds, so that a batch of rows is worth another thread.
  await runtime.serve('wide', perceptron([WIDTH, 1536, 1536, 8]))
}, 120_000)

afterAll(() => runtime.close())

const inputOf = (seed: number): Float32Array =>
  Float32Array.from({ length: WIDTH }, (_, at) => Math.sin(seed * 31 + at) * (1 + (seed % 7)))

const Answer = z.object({ outputs: z.tuple([z.object({ data: z.array(z.number()) })]) })

const asJson = async (seed: number): Promise<number[]> => {
  const input = { name: 'x', datatype: 'FP32', shape: [1, WIDTH], data: Array.from(inputOf(seed)) }
  const { status, body } = await runtime.infer('wide', { inputs: [input] })
  expect(status).toBe(200)
  return Answer.parse(body).outputs[0].data
}

const asBinary = async (seed: number): Promise<number[]> => {
  const values = inputOf(seed)
  const parameters = { binary_data_size: values.byteLength }
  const input = { name: 'x', datatype: 'FP32', shape: [1, WIDTH], parameters }
  const head = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }))
  const response = await fetch(`${runtime.url}/v2/models/wide/infer`, {
    method: 'POST',
    headers: { 'inference-header-content-length': String(head.length) },
    body: Buffer.concat([head, Buffer.from(values.buffer)]),
  })
  expect(response.status).toBe(200)
  const answer = Buffer.from(await response.arrayBuffer())
  const from = Number(response.headers.get('inference-header-content-length'))
  return Array.from(new Float32Array(new Uint8Array(answer.subarray(from)).buffer))
}

const near = (left: readonly number[], right: readonly number[]): boolean =>
  left.length === right.length &&
  left.every((value, index) => Math.abs(value - (right[index] ?? Number.NaN)) <= 1e-3 * Math.max(1, Math.abs(value)))

it('gives everybody their own answer, however many run together and on which thread', async () => {
  const alone: number[][] = []
  for (let seed = 0; seed < QUESTIONS; seed++) alone.push(await asJson(seed))
  expect(near(alone[0] ?? [], alone[1] ?? [])).toBe(false)
  for (let round = 0; round < ROUNDS; round++) {
    const together = await Promise.all(alone.map((_, seed) => (seed % 3 === 0 ? asBinary(seed) : asJson(seed))))
    expect(together.map((answer, seed) => near(answer, alone[seed] ?? []))).toEqual(alone.map(() => true))
  }
  const rows = /inference_batch_rows_sum\{[^}]*"wide"[^}]*\} (\d+)/.exec(await runtime.metrics())?.[1]
  const requests = /inference_batch_rows_count\{[^}]*"wide"[^}]*\} (\d+)/.exec(await runtime.metrics())?.[1]
  expect(Number(requests)).toBe(QUESTIONS * (ROUNDS + 1))
  expect(Number(rows)).toBeGreaterThan(2 * Number(requests))
})
