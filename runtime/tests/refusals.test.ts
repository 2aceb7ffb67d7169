import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identity } from '../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../testing/start-runtime.ts'

let runtime: TestRuntime

beforeAll(async () => {
  runtime = await startTestRuntime({}, true)
  await runtime.serve('paced', identity('float'), { tenant: 'greedy', limits: { requestsPerSecond: 0.001 } })
  await runtime.serve('neighbour', identity('float'), { tenant: 'calm' })
  await ask('paced', 1) // whatever its limit had room for
}, 120_000)

afterAll(() => runtime.close())

const small = '{"inputs":[{"name":"in","datatype":"FP32","shape":[1,2],"data":[1,2]}]}'
const post = (model: string, body = small, headers = '') =>
  `POST /v2/models/${model}/infer HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`

interface Heard {
  statuses: number[]
  text: string
}

/** Sends it all at once on one connection and waits for so many answers, or until the server closes. */
const send = (text: string, answers: number): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(runtime.url).port), '127.0.0.1', () => socket.write(text))
    let heard = ''
    const statuses = () => [...heard.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((found) => Number(found[1]))
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1')
      if (statuses().length >= answers) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve({ statuses: statuses(), text: heard }))
  })

const ask = (model: string, times: number, body?: string, headers?: string): Promise<Heard> =>
  send(post(model, body, headers).repeat(times), times)

const each = (count: number, status: number): number[] => new Array(count).fill(status)

describe('a tenant that is refused and refused again', () => {
  it('is told so in order, each time with when to come back, however much it sends ahead', async () => {
    const { statuses, text } = await send(post('paced').repeat(60) + post('neighbour'), 61)
    expect(statuses).toEqual([...each(60, 429), 200])
    expect(text.match(/Retry-After: \d+\r\n/g)).toHaveLength(60)
  })

  it('is told so on each of many connections, and nobody else waits in its line', async () => {
    const all = Array.from({ length: 300 }, () => ask('paced', 1))
    expect((await ask('neighbour', 3)).statuses).toEqual(each(3, 200))
    expect((await Promise.all(all)).flatMap((heard) => heard.statuses)).toEqual(each(300, 429))
  })

  it('keeps its connection past bodies that nobody read, also those that come later', async () => {
    const long = small.padEnd(40_000)
    const many = await Promise.all(Array.from({ length: 30 }, () => ask('paced', 3, long)))
    expect(many.flatMap((heard) => heard.statuses)).toEqual(each(90, 429))
  })

  it('gets its answer before the connection ends, when its body is too much to read past', async () => {
    const long = small.padEnd(600_000)
    const many = await Promise.all(Array.from({ length: 30 }, () => ask('paced', 1, long)))
    expect(many.flatMap((heard) => heard.statuses)).toEqual(each(30, 429))
    expect(many.every((heard) => heard.text.includes('Connection: close'))).toBe(true)
  })

  it('may leave meanwhile', async () => {
    const leaving = Array.from(
      { length: 200 },
      () =>
        new Promise<void>((resolve) => {
          const socket = connect(Number(new URL(runtime.url).port), '127.0.0.1', () => {
            socket.write(post('paced'), () => socket.destroy())
          })
          socket.on('close', () => resolve())
        }),
    )
    await Promise.all(leaving)
    expect((await ask('paced', 1)).statuses).toEqual([429])
  })
})
