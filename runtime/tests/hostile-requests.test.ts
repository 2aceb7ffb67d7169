import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identity } from '../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../testing/start-runtime.ts'

let runtime: TestRuntime

beforeAll(async () => {
  runtime = await startTestRuntime({ maxBodyBytes: 1_048_576, bodyBudgetBytes: 4_194_304 }, true)
  await Promise.all([runtime.serve('numbers', identity('float')), runtime.serve('texts', identity('string'))])
}, 120_000)

afterAll(() => runtime.close())

/** Sends bytes as they are and returns what comes until the server closes or falls silent. */
const raw = (chunks: (string | Buffer)[], quiet = 300): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(runtime.url).port), '127.0.0.1')
    let text = ''
    socket.setTimeout(quiet, () => socket.destroy())
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(text))
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)))
    for (const chunk of chunks) socket.write(chunk)
  })

const good = '{"inputs":[{"name":"in","datatype":"FP32","shape":[1,2],"data":[1,2]}]}'
const post = (headers: string, body: string) =>
  `POST /v2/models/numbers/infer HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`
const statuses = (text: string): number[] => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((found) => Number(found[1]))

describe('HTTP as no browser speaks it', () => {
  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', [400]],
    ['two lengths', post(`Content-Length: 5\r\nContent-Length: 6\r\n`, 'hello'), [400]],
    ['a length and chunks', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), [400]],
    ['a negative length', post('Content-Length: -1\r\n', ''), [400]],
    ['a folded header', post('A: b\r\n c: d\r\n', ''), [400]],
    ['a space before the colon', post('Content-Length : 5\r\n', ''), [400]],
    ['a NUL in a header', post('A: b\0c\r\n', ''), [400]],
    ['an endless head', `GET / HTTP/1.1\r\nA: ${'a'.repeat(20_000)}`, [431]],
    ['another coding', post('Transfer-Encoding: gzip\r\n', ''), [501]],
    ['a chunk of nonsense size', post('Transfer-Encoding: chunked\r\n', 'xyz\r\n'), [400]],
    ['a chunk longer than it says', post('Transfer-Encoding: chunked\r\n', '1\r\nabc\r\n'), [400]],
    ['a body that is announced too large', post('Content-Length: 99999999\r\n', ''), [413]],
    ['a wrong content type', post(`Content-Type: image/png\r\nContent-Length: ${good.length}\r\n`, good), [415]],
    ['an unknown expectation', post('Expect: miracles\r\n', ''), [417]],
  ])('%s is answered and closed', async (_what, text, expected) => {
    expect(statuses(await raw([text]))).toEqual(expected)
  })

  it('goes on with a caller it has refused, past the body, and never takes that for a request', async () => {
    const hidden = post(`Content-Length: ${good.length}\r\n`, good)
    const refused = post(`Content-Type: image/png\r\nContent-Length: ${hidden.length}\r\n`, hidden)
    const next = post(`Content-Length: ${good.length}\r\n`, good)
    expect(statuses(await raw([refused + next]))).toEqual([415, 200])
    expect(statuses(await raw([refused.slice(0, -40), refused.slice(-40) + refused, next]))).toEqual([415, 415, 200])
  })

  it.each([
    ['waits to be told to send it', 'Expect: 100-continue\r\nContent-Length: 71\r\n'],
    ['sends much', `Content-Length: 70000\r\n`],
    ['does not say how much', 'Transfer-Encoding: chunked\r\n'],
  ])('parts with a caller it has refused who %s', async (_what, headers) => {
    const answer = await raw([post(`Content-Type: image/png\r\n${headers}`, '')])
    expect(statuses(answer)).toEqual([415])
    expect(answer).toContain('Connection: close')
  })

  it('answers pipelined requests in order, and chunked bodies in pieces', async () => {
    const sized = post(`Content-Length: ${good.length}\r\n`, good)
    const half = Math.floor(good.length / 2)
    const chunked = post(
      'Transfer-Encoding: chunked\r\n',
      `${half.toString(16)}\r\n${good.slice(0, half)}\r\n${(good.length - half).toString(16)};x=y\r\n${good.slice(half)}\r\n0\r\n\r\n`,
    )
    const all = sized + chunked + sized
    const text = await raw([all.slice(0, 100), all.slice(100, 300), all.slice(300)])
    expect(statuses(text)).toEqual([200, 200, 200])
  })

  it('stops reading a chunked body without end', async () => {
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`
    const text = await raw([post('Transfer-Encoding: chunked\r\n', ''), ...new Array(40).fill(chunk)], 1000)
    expect(statuses(text)).toEqual([413])
  })

  it('answers 100 to who asks before sending', async () => {
    const text = await raw([post(`Expect: 100-continue\r\nContent-Length: ${good.length}\r\n`, '')])
    expect(statuses(text)).toEqual([100])
  })

  it('does not unpack a bomb', async () => {
    const response = await fetch(`${runtime.url}/v2/models/numbers/infer`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(50_000_000)),
    })
    expect(response.status).toBe(413)
  })

  it('holds a thousand callers at once, and the one after them', async () => {
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () =>
        fetch(`${runtime.url}/v2/models/numbers/infer`, { method: 'POST', body: good }),
      ),
    )
    expect(answers.every((each) => each.status === 200 || each.status === 429)).toBe(true)
    expect((await fetch(`${runtime.url}/v2/models/numbers/infer`, { method: 'POST', body: good })).status).toBe(200)
  })
})

describe('binary tensors that lie', () => {
  const binary = async (model: string, json: object, tail: Buffer, length?: number) => {
    const head = Buffer.from(JSON.stringify(json))
    const response = await fetch(`${runtime.url}/v2/models/${model}/infer`, {
      method: 'POST',
      headers: { 'inference-header-content-length': String(length ?? head.length) },
      body: Buffer.concat([head, tail]),
    })
    return { status: response.status, text: await response.text() }
  }
  const input = (datatype: string, size: number, shape = [1, 2]) => ({
    inputs: [{ name: 'in', datatype, shape, parameters: { binary_data_size: size } }],
  })

  it('are told what is missing or too much', async () => {
    const eight = Buffer.alloc(8)
    expect(await binary('numbers', input('FP32', 8), Buffer.alloc(4))).toMatchObject({
      status: 400,
      text: expect.stringContaining('wanted 8 bytes of binary data, got 4'),
    })
    expect(await binary('numbers', input('FP32', 4), Buffer.alloc(4))).toMatchObject({
      status: 400,
      text: expect.stringContaining('wanted 8 bytes'),
    })
    expect(await binary('numbers', input('FP32', 8), Buffer.alloc(9))).toMatchObject({
      status: 400,
      text: expect.stringContaining('1 bytes more'),
    })
    expect(await binary('numbers', input('FP32', -8), eight)).toMatchObject({ status: 400 })
    expect(await binary('numbers', input('FP32', 8), eight, 1_000_000)).toMatchObject({
      status: 400,
      text: expect.stringContaining('Inference-Header-Content-Length'),
    })
    const lying = Buffer.from([255, 255, 255, 127, 65, 0, 0, 0])
    expect(await binary('texts', input('BYTES', 8), lying)).toMatchObject({
      status: 400,
      text: expect.stringContaining('says it has 2147483647 bytes'),
    })
    expect(await binary('texts', input('BYTES', 4), Buffer.alloc(4))).toMatchObject({
      status: 400,
      text: expect.stringContaining('wanted 2 elements, got 1'),
    })
  })
})
