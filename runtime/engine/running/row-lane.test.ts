import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInferRequest } from '../../protocol/infer-request.ts'
import { writeInferAnswer } from '../../protocol/infer-response.ts'
import type { ModelSignature } from '../../protocol/signature.ts'
import { until } from '../../testing/until.ts'
import { frameReader } from '../frames/frame-reader.ts'
import { bodyKind, FrameWriter, readAnswers, type WireRequest } from '../frames/frames.ts'
import type { Observations } from '../observing/observations.ts'
import type { ReadRequest } from './row-batch.ts'
import { createRowLane } from './row-lane.ts'
import type { RowMemory } from './row-memory.ts'

const signature: ModelSignature = {
  inputs: [
    { name: 'x', datatype: 'FP32', shape: [-1, 3] },
    { name: 'n', datatype: 'INT64', shape: [-1, 1] },
  ],
  outputs: [
    { name: 'y', datatype: 'FP32', shape: [-1, 3] },
    { name: 'm', datatype: 'INT64', shape: [-1, 1] },
  ],
  parameters: {},
}
const head = { modelFields: '"model_name":"m","model_version":"1"', labels: [] }
const CAPACITY = 4

const spin = (milliseconds: number): void => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

/** A model that gives back what it gets; `slow` makes a run on this thread take long. */
const start = ({ slow = false, threads = 1, aloneMicros = 0 } = {}) => {
  const runs: number[] = []
  /** Ends the oldest run on another thread. */
  const elsewhere: (() => void)[] = []
  let memories = 0
  const makeMemory = (): RowMemory => {
    memories++
    const [x, n] = [new Float32Array(3 * CAPACITY), new BigInt64Array(CAPACITY)]
    const [y, m] = [new Float32Array(3 * CAPACITY), new BigInt64Array(CAPACITY)]
    const model = (rows: number): void => {
      if (n.subarray(0, rows).includes(13n)) throw new Error('the model does not like 13')
      y.set(x)
      m.set(n)
    }
    const run = (rows: number): void => {
      runs.push(rows)
      if (slow) spin(50)
      model(rows)
    }
    const runElsewhere = (rows: number): Promise<void> => {
      runs.push(rows)
      const { promise, resolve } = Promise.withResolvers<void>()
      elsewhere.push(resolve)
      return promise.then(() => model(rows))
    }
    return { inputs: [x, n], outputs: [y, m], capacity: CAPACITY, run, runElsewhere }
  }
  const observed: string[] = []
  const observations: Observations = {
    plain: false,
    countRows: () => {},
    observe: (name, inputs, outputs) => observed.push(`${name} ${inputs[1]?.data} ${outputs[1]?.data}`),
    flush: () => undefined,
    predictedFor: () => undefined,
  }
  const lane = createRowLane({ capacity: CAPACITY, makeMemory, threads, aloneMicros, signature, head, observations })
  const caller = () => {
    const stream = new PassThrough({ highWaterMark: 1e9 })
    const writer = new FrameWriter({
      write: (bytes: Uint8Array | string) => stream.write(Buffer.from(bytes)),
      cork: () => {},
      uncork: () => {},
      writableLength: 0,
      destroyed: false,
    })
    const failed: ReadRequest[] = []
    const answers = (): Map<number, string> => {
      const found = new Map<number, string>()
      const bytes: Buffer = stream.read() ?? Buffer.alloc(0)
      frameReader((frame, from, length, count) => {
        for (const each of readAnswers(frame, from, length, count))
          found.set(each.id, frame.toString('latin1', each.from, each.to))
      })(bytes, bytes.length)
      return found
    }
    const answered = async (count: number): Promise<Map<number, string>> => {
      const all = new Map<number, string>()
      await until(`${count} answers`, () => {
        for (const [id, text] of answers()) all.set(id, text)
        return all.size >= count
      })
      return all
    }
    return {
      writer,
      prefix: '',
      failed: (requests: ReadRequest[]) => failed.push(...requests),
      given: failed,
      answers,
      answered,
    }
  }
  const learn = (wire: WireRequest): void => lane.learn(wire, parseInferRequest(wire.body, wire.jsonLength, signature))
  return { lane, caller, learn, runs, elsewhere, observed, memories: () => memories }
}

let ids = 0
const request = (body: Buffer | string, jsonLength?: number): WireRequest => ({
  id: ++ids,
  kind: bodyKind.infer,
  name: `call-${ids}`,
  jsonLength,
  body: Buffer.from(body),
  slot: undefined,
})

/** What the ordinary way answers. */
const ordinary = (wire: WireRequest): string => {
  const parsed = parseInferRequest(wire.body, wire.jsonLength, signature)
  const outputs = parsed.inputs.map((each, index) => ({ ...each, name: signature.outputs[index]?.name ?? '' }))
  return writeInferAnswer(head, parsed, outputs).body.toString('latin1')
}

type Row = [number, number, number, bigint]
const numbers = (rows: Row[]) => rows.map(([a, b, c]) => `${a},${b},${c}`).join()
const json = (rows: Row[], extra = ''): string =>
  `{${extra}"inputs":[{"name":"n","shape":[${rows.length},1],"datatype":"INT64","data":[${rows.map((each) => each[3])}]},` +
  `{"name":"x","shape":[${rows.length},3],"datatype":"FP32","data":[${numbers(rows)}]}]}`
const binary = (rows: Row[]): WireRequest => {
  const x = Float32Array.from(rows.flatMap((each) => each.slice(0, 3).map(Number)))
  const n = BigInt64Array.from(rows.map((each) => each[3]))
  const size = (bytes: number) => `"parameters":{"binary_data_size":${bytes}}`
  const text = `{"parameters":{"binary_data_output":true},"inputs":[{"name":"x","shape":[${rows.length},3],"datatype":"FP32",${size(x.byteLength)}},{"name":"n","shape":[${rows.length},1],"datatype":"INT64",${size(n.byteLength)}}]}`
  return request(Buffer.concat([Buffer.from(text), Buffer.from(x.buffer), Buffer.from(n.buffer)]), text.length)
}

const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
const row: fc.Arbitrary<Row> = fc.tuple(number, number, number, fc.bigInt({ min: 100n, max: 2n ** 62n }))
const ones: Row = [1, 2, 3, 4n]

describe('the short way', () => {
  it('answers as the ordinary way does, in JSON and binary', () => {
    const { lane, caller, learn } = start()
    const me = caller()
    const one = () => [json([ones]), json([ones, ones])].map((text) => request(text))
    for (const wire of [...one(), binary([ones]), request(json([ones], '"id":"a",'))]) learn(wire)
    const kinds = fc.oneof(
      fc.array(row, { minLength: 1, maxLength: 2 }).map((rows) => request(json(rows))),
      row.map((each) => binary([each])),
      row.map((each) => request(json([each], '"id":"a",'))),
    )
    fc.assert(
      fc.property(fc.array(kinds, { minLength: 1, maxLength: 10 }), (wires) => {
        expect(lane.run(wires, me)).toEqual([])
        expect(me.answers()).toEqual(new Map(wires.map((wire) => [wire.id, ordinary(wire)])))
      }),
      { numRuns: 300 },
    )
  })

  it('leaves alone what it has not seen, and what is not as it should be', () => {
    const { lane, caller, learn } = start()
    const me = caller()
    const usual = request(json([ones]))
    expect(lane.run([usual], me)).toEqual([usual])
    learn(usual)
    const good = request(json([[5, 6, 7, 8n]]))
    const odd = [
      json([ones], ' '),
      json([ones]).replace('1,2,3', '1,2'),
      json([ones]).replace('1,2,3', '1,2,3,4'),
      json([ones]).replace('1,2,3', '1,2,"3"'),
      `${json([ones])} `,
      `${json([ones])}x`,
      json([ones]).slice(0, -1),
      json([ones]).replace('FP32', 'FP64'),
      '',
    ].map((text) => request(text))
    expect(lane.run([...odd, good], me)).toEqual(odd)
    expect(me.answers()).toEqual(new Map([[good.id, ordinary(good)]]))
  })

  it('reads nested rows and words for what is no number', () => {
    const { lane, caller, learn } = start()
    const me = caller()
    learn(request(json([ones])))
    const wires = ['[1,2,3]', 'NaN,Infinity,-Infinity', 'null,1e400,-0'].map((text) =>
      request(json([ones]).replace('1,2,3', text)),
    )
    expect(lane.run(wires, me)).toEqual([])
    expect(me.answers()).toEqual(new Map(wires.map((wire) => [wire.id, ordinary(wire)])))
  })

  it('runs what fits at once, and gives a batch that fails to the ordinary way, as it was read', () => {
    const { lane, caller, learn, runs, observed } = start()
    const me = caller()
    learn(request(json([ones])))
    const wires = [1n, 2n, 3n, 4n, 5n, 13n].map((n) => request(json([[0, 0, 0, n]])))
    expect(lane.run(wires, me)).toEqual([])
    expect(runs).toEqual([4, 2])
    expect(me.given.map(({ wire }) => wire.id)).toEqual(wires.slice(4).map((wire) => wire.id))
    for (const { wire, request: read } of me.given) {
      const { id, inputs, outputs } = parseInferRequest(wire.body, wire.jsonLength, signature)
      expect(read).toEqual({ id, inputs, outputs })
    }
    expect([...me.answers().keys()]).toEqual(wires.slice(0, 4).map((wire) => wire.id))
    expect(observed).toEqual(wires.slice(0, 4).map((wire, index) => `${wire.name} ${index + 1} ${index + 1}`))
  })
})

describe('a run that takes long', () => {
  /** After a first run it is known to take long. */
  const begin = (threads = 1) => {
    const started = start({ slow: true, threads, aloneMicros: 100_000 })
    const [me, other] = [started.caller(), started.caller()]
    const first = request(json([ones]))
    started.learn(first)
    started.lane.run([first], me)
    expect([...me.answers().keys()]).toEqual([first.id])
    started.runs.length = 0
    return { ...started, me, other }
  }
  const rows = (...values: bigint[]) => values.map((n) => request(json([[0, 0, 0, n]])))

  it('is another thread’s, and what comes meanwhile is read and runs together after it', async () => {
    const { lane, me, other, runs, elsewhere } = begin()
    const [first, second, third] = [rows(1n), rows(2n), rows(3n)]
    lane.run(first, me)
    lane.run(second, me)
    lane.run(third, other)
    expect(runs).toEqual([1])
    expect(me.answers()).toEqual(new Map())
    elsewhere.shift()?.()
    expect(await me.answered(1)).toEqual(new Map(first.map((wire) => [wire.id, ordinary(wire)])))
    expect(runs).toEqual([1, 2])
    elsewhere.shift()?.()
    expect(await me.answered(1)).toEqual(new Map(second.map((wire) => [wire.id, ordinary(wire)])))
    expect(await other.answered(1)).toEqual(new Map(third.map((wire) => [wire.id, ordinary(wire)])))
  })

  it('fails for its own batch alone, each caller getting its own back', async () => {
    const { lane, me, other, elsewhere } = begin()
    const [busy, bad, innocent] = [rows(1n), rows(13n), rows(2n)]
    lane.run(busy, me)
    lane.run(bad, me)
    lane.run(innocent, other)
    elsewhere.shift()?.()
    await me.answered(1)
    elsewhere.shift()?.()
    await until('both have theirs', () => me.given.length === 1 && other.given.length === 1)
    expect(me.given.map(({ wire }) => wire.id)).toEqual(bad.map((wire) => wire.id))
    expect(other.given.map(({ wire }) => wire.id)).toEqual(innocent.map((wire) => wire.id))
    const after = rows(5n)
    lane.run(after, me)
    elsewhere.shift()?.()
    expect(await me.answered(1)).toEqual(new Map(after.map((wire) => [wire.id, ordinary(wire)])))
  })

  it('has as many beside it as there are threads, and memory is used again', async () => {
    const { lane, me, runs, elsewhere, memories } = begin(2)
    for (let round = 0; round < 3; round++) {
      runs.length = 0
      for (const n of [1n, 2n, 3n, 4n]) lane.run(rows(n), me)
      expect(runs).toEqual([1, 1])
      for (let ended = 0; ended < 3; ended++) {
        await until('a run is under way', () => elsewhere.length > 0)
        elsewhere.shift()?.()
      }
      expect((await me.answered(4)).size).toBe(4)
    }
    expect(memories()).toBeLessThanOrEqual(5)
  })
})
