import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classifier, identity } from '../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'

let runtime: TestRuntime

beforeAll(async () => {
  runtime = await startTestRuntime({}, true)
  await runtime.serve('numbers', identity('float'))
  await runtime.serve('wide', identity('float', ['rows', 4_000_000]))
  await runtime.serve('texts', identity('string'))
  await runtime.serve('judge', classifier())
}, 120_000)

afterAll(() => runtime.close())

const body = '{"inputs":[{"name":"in","datatype":"FP32","shape":[1,2],"data":[1,2]}]}'
const infer = (model: string, text: string) => runtime.infer(model, text)
const numbers = (data: string, more = '') =>
  infer('numbers', `{"inputs":[{"name":"in","datatype":"FP32","shape":[1,2],"data":${data}${more}}]}`)
const outputs = (answer: Record<string, unknown>): unknown => answer.outputs
const neighbour = async () => (await infer('numbers', body)).status

const port = () => Number(new URL(runtime.url).port)
/** An open connection and all it has heard; closing is the server's. */
const open = (): { socket: Socket; heard: () => string; closed: Promise<void> } => {
  const socket = connect(port(), '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.on('error', () => socket.destroy())
  return { socket, heard: () => text, closed: new Promise((resolve) => socket.on('close', () => resolve())) }
}
const statuses = (text: string): string[] => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status)

describe('JSON that is odd', () => {
  it.each([
    ['data', '[1,2]', ',"data":[3,4]'],
    ['shape', '[1,2]', ',"shape":[100000,2]'],
    ['datatype', '[1,2]', ',"datatype":"FP64"'],
    ['name', '[1,2]', ',"name":"in"'],
  ])('with the key %s twice is refused', async (key, data, more) => {
    const { status, body: answer } = await numbers(data, more)
    expect(answer).toEqual({ error: expect.stringContaining(`input "in" has "${key}" twice`) })
    expect(status).toBe(400)
  })

  it('with inputs twice is refused', async () => {
    const twice = await infer('numbers', `{"inputs":[],${body.slice(1)}`)
    expect(twice).toMatchObject({ status: 400, body: { error: 'the request has "inputs" twice' } })
  })

  it.each(['__proto__', 'constructor', 'prototype', 'toString'])('with the key %s changes nothing', async (key) => {
    const odd = `{"${key}":{"polluted":true},"parameters":{"${key}":{"polluted":true}},${body.slice(1)}`
    const { status } = await infer('numbers', odd)
    expect([200, 400]).toContain(status)
    expect(JSON.stringify((await infer('numbers', body)).body)).not.toContain('polluted')
    expect((await infer(key, body)).status).toBe(404)
    expect((await infer('numbers', body.replace('"in"', `"${key}"`))).status).toBe(400)
  })

  it.each([
    ['1e400', [Number.POSITIVE_INFINITY, 2]],
    ['-1e400', [Number.NEGATIVE_INFINITY, 2]],
    ['1e-400', [0, 2]],
    ['1'.repeat(400), [Number.POSITIVE_INFINITY, 2]],
    [`0.${'1'.repeat(5000)}`, [Math.fround(0.1111111111111111), 2]],
  ])('with the number %.20s gives what a float can hold, or a reason', async (number, data) => {
    const { status, body: answer } = await numbers(`[${number},2]`)
    if (status === 200) {
      const [first] = Array.isArray(answer.outputs) ? answer.outputs : []
      const got: unknown[] = first.data
      expect(Number(got[0])).toBeCloseTo(Number(data[0]), 6)
    } else expect(answer.error).toEqual(expect.stringContaining('element 0'))
  })

  it('with half a surrogate gives text that can be read, or a reason', async () => {
    const { status, body: answer } = await infer(
      'texts',
      '{"inputs":[{"name":"in","datatype":"BYTES","shape":[1,2],"data":["\\ud800","b"]}]}',
    )
    expect([200, 400]).toContain(status)
    if (status === 200) expect(outputs(answer)).toMatchObject([{ data: ['\ufffd', 'b'] }])
  })
})

describe('tensors at the edge', () => {
  it('with a dimension of zero are answered with none', async () => {
    const { status, body: answer } = await infer(
      'numbers',
      '{"inputs":[{"name":"in","datatype":"FP32","shape":[0,2],"data":[]}]}',
    )
    expect(status).toBe(200)
    expect(outputs(answer)).toMatchObject([{ shape: [0, 2], data: [] }])
  })

  it.each(['[0,0]', '[2,0]', '[]', '[1.5,2]', '["1",2]', '[null,2]', '[1e3,2]', '[4611686018427387904,4]'])(
    'with the shape %s are told what is wrong',
    async (shape) => {
      const answer = await infer('numbers', `{"inputs":[{"name":"in","datatype":"FP32","shape":${shape},"data":[]}]}`)
      expect(answer.body).toEqual({ error: expect.stringMatching(/input "in"|not valid at byte/) })
      expect(answer.status).toBe(400)
    },
  )

  it('with NaN and infinities go in and come out', async () => {
    const { status, body: answer } = await infer(
      'judge',
      '{"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[NaN,1,Infinity,-Infinity]}]}',
    )
    expect(status).toBe(200)
    expect(outputs(answer)).toMatchObject([{ shape: [2, 2] }])
  })
})

describe('bodies and connections', () => {
  it('a body of just under 64 MB is answered, one above it is not read', { timeout: 60_000 }, async () => {
    const count = 4_000_000
    const ask = async (rows: number) => {
      const size = rows * count * 4
      const head = Buffer.from(
        JSON.stringify({
          parameters: { binary_data_output: true },
          inputs: [{ name: 'in', datatype: 'FP32', shape: [rows, count], parameters: { binary_data_size: size } }],
        }),
      )
      const response = await fetch(`${runtime.url}/v2/models/wide/infer`, {
        method: 'POST',
        headers: { 'inference-header-content-length': String(head.length) },
        body: Buffer.concat([head, Buffer.alloc(size)]),
      }).catch(() => undefined)
      const bytes = (await response?.arrayBuffer().catch(() => undefined))?.byteLength ?? 0
      return { status: response?.status, bytes }
    }
    const large = await ask(4)
    expect(large.status).toBe(200)
    expect(large.bytes).toBeGreaterThan(4 * count * 4)
    // The connection may be ended before the answer is read.
    expect([413, undefined]).toContain((await ask(5)).status)
    expect(await neighbour()).toBe(200)
  })

  it('a body shorter than it says frees what it held, one longer is the next request', async () => {
    const short = open()
    short.socket.end(`POST /v2/models/numbers/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n${body}`)
    await short.closed
    const long = open()
    long.socket.write(
      `POST /v2/models/numbers/infer HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}rest\r\n\r\n`,
    )
    await long.closed
    expect(statuses(long.heard())).toEqual(['200', '400'])
  })

  it('slow callers are hung up on, and hold up nobody meanwhile', { timeout: 60_000 }, async () => {
    const slow = Array.from({ length: 100 }, (_, at) => {
      const connection = open()
      const text = `POST /v2/models/numbers/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n${at % 2 ? '\r\n{' : 'A: '}`
      connection.socket.write(text)
      const drip = setInterval(() => connection.socket.writable && connection.socket.write('a'), 500)
      void connection.closed.then(() => clearInterval(drip))
      return connection
    })
    const headless = slow.filter((_, at) => at % 2 === 0)
    let left = headless.length
    for (const each of headless) void each.closed.then(() => left--)
    await until(
      'all that send no head are gone',
      async () => {
        expect(await neighbour()).toBe(200)
        return left === 0
      },
      30_000,
    )
    for (const each of slow) each.socket.destroy()
  })

  it('ten thousand requests at once are all answered', { timeout: 60_000 }, async () => {
    const each = 20
    const request = `POST /v2/models/numbers/infer HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const connections = Array.from({ length: 500 }, () => {
      const connection = open()
      connection.socket.write(request.repeat(each))
      return connection
    })
    const answers = await until(
      'every one has its answer',
      () => {
        const all = connections.map(({ heard }) => statuses(heard()))
        return all.every((some) => some.length === each) && all.flat()
      },
      50_000,
    )
    expect(answers).toHaveLength(10_000)
    expect(answers.every((status) => status === '200' || status === '429')).toBe(true)
    for (const { socket } of connections) socket.destroy()
    expect(await neighbour()).toBe(200)
  })
})
