import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classifier, identity, lookup, perceptron } from '../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../testing/start-runtime.ts'

let runtime: TestRuntime

beforeAll(async () => {
  runtime = await startTestRuntime({}, true)
  await Promise.all([
    runtime.serve('numbers', identity('float')),
    runtime.serve('texts', identity('string')),
    runtime.serve('longs', identity('int64')),
    runtime.serve('bytes', identity('uint8')),
    runtime.serve('flags', identity('bool')),
    runtime.serve('halves', identity('float16')),
    runtime.serve('brains', identity('bfloat16')),
    runtime.serve('judge', classifier()),
    runtime.serve('mlp', perceptron([16, 32, 4])),
    runtime.serve('table', lookup()),
  ])
}, 120_000)

afterAll(() => runtime.close())

const input = (datatype: string, shape: number[], data: unknown) => ({
  inputs: [{ name: 'in', datatype, shape, data }],
})
const dataOf = (body: Record<string, unknown>): unknown => {
  const { outputs } = body
  const first: unknown = Array.isArray(outputs) ? outputs[0] : undefined
  return typeof first === 'object' && first !== null && 'data' in first ? first.data : undefined
}

describe('the v2 protocol', () => {
  it('describes the server and its models', async () => {
    const server: unknown = await (await fetch(`${runtime.url}/v2`)).json()
    expect(server).toMatchObject({
      name: 'modelyard-runtime',
      extensions: expect.arrayContaining(['binary_tensor_data']),
    })
    const model: unknown = await (await fetch(`${runtime.url}/v2/models/judge/versions/1`)).json()
    expect(model).toMatchObject({
      name: 'judge',
      versions: ['1'],
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
      parameters: { 'modelyard.labels': '["no","yes"]' },
    })
  })

  it.each([
    ['numbers', 'FP32', [1.5, -2.25]],
    ['texts', 'BYTES', ['Grüße', 'a "b"\n']],
    ['longs', 'INT64', [1, -2]],
    ['bytes', 'UINT8', [0, 255]],
    ['flags', 'BOOL', [true, false]],
    ['halves', 'FP16', [0.5, -1024]],
    ['brains', 'BF16', [0.5, -256]],
  ])('gives %s back as they came', async (model, datatype, data) => {
    const { status, body } = await runtime.infer(model, { id: 'a', ...input(datatype, [1, 2], data) })
    expect(body).toMatchObject({ model_name: model, model_version: '1', id: 'a' })
    expect(dataOf(body)).toEqual(data)
    expect(status).toBe(200)
  })

  it('keeps every digit of 64-bit integers', async () => {
    const response = await fetch(`${runtime.url}/v2/models/longs/infer`, {
      method: 'POST',
      body: '{"inputs":[{"name":"in","datatype":"INT64","shape":[1,2],"data":[9223372036854775807,-9223372036854775808]}]}',
    })
    expect(await response.text()).toContain('[9223372036854775807,-9223372036854775808]')
  })

  it('reads rows nested, and data before what describes it', async () => {
    const { body } = await runtime.infer(
      'numbers',
      '{"inputs":[{"data":[[1,2],[3,4]],"shape":[2,2],"name":"in","datatype":"FP32"}]}',
    )
    expect(dataOf(body)).toEqual([1, 2, 3, 4])
  })

  it('writes what is no number so that JSON.parse can read it', async () => {
    const { body } = await runtime.infer(
      'numbers',
      '{"inputs":[{"name":"in","datatype":"FP32","shape":[1,2],"data":[NaN,-Infinity]}]}',
    )
    expect(dataOf(body)).toEqual([null, Number.NEGATIVE_INFINITY])
  })

  it('takes and gives binary tensors', async () => {
    const json = Buffer.from(
      JSON.stringify({
        parameters: { binary_data_output: true },
        inputs: [{ name: 'in', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } }],
      }),
    )
    const tensor = Buffer.from(Float32Array.of(7, 8).buffer)
    const response = await fetch(`${runtime.url}/v2/models/numbers/infer`, {
      method: 'POST',
      headers: { 'inference-header-content-length': String(json.length), 'content-type': 'application/octet-stream' },
      body: Buffer.concat([json, tensor]),
    })
    const length = Number(response.headers.get('inference-header-content-length'))
    const answer = Buffer.from(await response.arrayBuffer())
    expect(JSON.parse(answer.toString('utf8', 0, length))).toMatchObject({
      outputs: [{ parameters: { binary_data_size: 8 } }],
    })
    expect(new Float32Array(new Uint8Array(answer.subarray(length)).buffer)).toEqual(Float32Array.of(7, 8))
  })

  it('names the best classes when asked to classify', async () => {
    const { body } = await runtime.infer('judge', {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [0, 1] }],
      outputs: [{ name: 'probabilities', parameters: { classification: 1 } }],
    })
    expect(dataOf(body)).toEqual([expect.stringMatching(/^0\.731\d*:1:yes$/)])
  })

  it('answers many at once as it answers them one by one', async () => {
    const request = (seed: number) => ({
      inputs: [
        {
          name: 'x',
          datatype: 'FP32',
          shape: [1, 16],
          data: Array.from({ length: 16 }, (_, at) => Math.sin(at + seed)),
        },
      ],
    })
    const alone: unknown[] = []
    for (let seed = 0; seed < 20; seed++) alone.push(dataOf((await runtime.infer('mlp', request(seed))).body))
    const together = await Promise.all(Array.from({ length: 20 }, (_, seed) => runtime.infer('mlp', request(seed))))
    together.forEach(({ body }, seed) => {
      const expected = alone[seed]
      const got = dataOf(body)
      if (!Array.isArray(expected) || !Array.isArray(got)) throw new Error('no data')
      for (const [at, value] of got.entries()) expect(value).toBeCloseTo(expected[at], 5)
    })
  })

  it('unpacks and packs gzip', async () => {
    const { gzipSync } = await import('node:zlib')
    const rows = 400
    const plain = JSON.stringify(input('FP32', [rows, 2], new Array(rows * 2).fill(0.1)))
    const response = await fetch(`${runtime.url}/v2/models/numbers/infer`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip', 'accept-encoding': 'gzip' },
      body: gzipSync(plain),
    })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    const body: unknown = await response.json()
    expect(body).toMatchObject({ outputs: [{ shape: [rows, 2] }] })
  })

  it('says how long each stage took', async () => {
    const { headers } = await runtime.infer('numbers', input('FP32', [1, 2], [1, 2]))
    expect(headers.get('server-timing')).toMatch(
      /parse;dur=[\d.]+, queue;dur=[\d.]+, run;dur=[\d.]+, serialize;dur=[\d.]+/,
    )
  })

  it('lists the repository and counts per model', async () => {
    const index: unknown = await (await fetch(`${runtime.url}/v2/repository/index`, { method: 'POST' })).json()
    expect(index).toContainEqual({ name: 'table', version: '1', state: 'READY', reason: '' })
    await runtime.infer('table', { inputs: [{ name: 'index', datatype: 'INT64', shape: [1], data: [3] }] })
    const stats: unknown = await (await fetch(`${runtime.url}/v2/models/table/stats`)).json()
    expect(stats).toMatchObject({ model_stats: [{ name: 'table', version: '1', inference_count: 1 }] })
  })
})

describe('a request that is wrong', () => {
  const good = input('FP32', [1, 2], [1, 2])
  it.each([
    ['an unknown input', { inputs: [{ ...good.inputs[0], name: 'other' }] }, 'no input "other": it takes "in"'],
    ['another type', input('FP64', [1, 2], [1, 2]), 'input "in": wanted datatype FP32, got "FP64"'],
    ['another shape', input('FP32', [1, 3], [1, 2, 3]), 'input "in": wanted shape [-1,2], got [1,3]'],
    ['a negative dimension', input('FP32', [-1, 2], [1, 2]), 'dimension 0 must be a whole number'],
    ['dimensions whose product overflows', input('FP32', [2147483647, 2], []), 'too large'],
    ['too few elements', input('FP32', [2, 2], [1, 2, 3]), 'wanted 4 elements for shape [2,2], got 3'],
    ['too many elements', input('FP32', [1, 2], [1, 2, 3]), 'wanted 2 elements for shape [1,2], got more'],
    ['ragged rows', input('FP32', [2, 2], [[1, 2, 3], [4]]), 'wanted'],
    ['text for numbers', input('FP32', [1, 2], ['a', 'b']), 'element 0 is no FP32'],
    ['no data', { inputs: [{ name: 'in', datatype: 'FP32', shape: [1, 2] }] }, 'neither "data" nor "binary_data_size"'],
    ['no inputs', {}, 'input "in" is missing'],
    ['an unknown output', { ...good, outputs: [{ name: 'none' }] }, 'no output "none"'],
    ['half a body', '{"inputs":[{"name":"in"', 'ends early'],
    ['no JSON', 'hello', 'not valid at byte 0'],
    ['nothing', '', 'ends early'],
    ['deep nesting', `{"x":${'['.repeat(10_000)}`, 'nested deeper'],
  ])('with %s is told so', async (_what, body, message) => {
    const answer = await runtime.infer('numbers', body)
    expect(answer.body).toEqual({ error: expect.stringContaining(message) })
    expect(answer.status).toBe(400)
  })

  it('fails alone when the model fails on it', async () => {
    const at = (index: number) =>
      runtime.infer('table', { inputs: [{ name: 'index', datatype: 'INT64', shape: [1], data: [index] }] })
    const answers = await Promise.all([at(0), at(99), at(1)])
    expect(answers.map((each) => each.status)).toEqual([200, 500, 200])
    expect(answers[1]?.body).toEqual({ error: expect.stringContaining('the model failed on this input') })
  })

  it('for a model or version that is not there is told so', async () => {
    expect((await runtime.infer('nobody', good)).status).toBe(404)
    expect(
      (await fetch(`${runtime.url}/v2/models/numbers/versions/9/infer`, { method: 'POST', body: '{}' })).status,
    ).toBe(404)
    expect((await fetch(`${runtime.url}/v2/models/..%2f..%2fetc/infer`, { method: 'POST', body: '{}' })).status).toBe(
      404,
    )
    expect((await fetch(`${runtime.url}/v2/models/numbers/infer`)).status).toBe(405)
  })
})
