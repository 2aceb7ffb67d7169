import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInferRequest } from '../../protocol/infer-request.ts'
import { writeInferAnswer } from '../../protocol/infer-response.ts'
import type { ModelSignature } from '../../protocol/signature.ts'
import { frameReader } from '../frames/frame-reader.ts'
import { bodyKind, FrameWriter, readAnswers, type WireRequest } from '../frames/frames.ts'
import type { Observations } from '../observing/observations.ts'
import { createRowLane } from './row-lane.ts'

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

/** A model that gives back what it gets. */
const start = () => {
  const stream = new PassThrough({ highWaterMark: 1e9 })
  const writer = new FrameWriter({
    write: (bytes: Uint8Array | string) => stream.write(Buffer.from(bytes)),
    cork: () => {},
    uncork: () => {},
    writableLength: 0,
  })
  const [x, n] = [new Float32Array(3 * CAPACITY), new BigInt64Array(CAPACITY)]
  const [y, m] = [new Float32Array(3 * CAPACITY), new BigInt64Array(CAPACITY)]
  const runs: number[] = []
  const run = (rows: number): void => {
    runs.push(rows)
    if (n.subarray(0, rows).includes(13n)) throw new Error('the model does not like 13')
    y.set(x)
    m.set(n)
  }
  const observed: string[] = []
  const observations: Observations = {
    plain: false,
    countRows: () => {},
    observe: (name, inputs, outputs) => observed.push(`${name} ${inputs[1]?.data} ${outputs[1]?.data}`),
    flush: () => undefined,
    predictedFor: () => undefined,
  }
  const memory = { inputs: [x, n], outputs: [y, m], capacity: CAPACITY, run }
  const lane = createRowLane({ memory, signature, head, observations })
  const answers = (): Map<number, string> => {
    const found = new Map<number, string>()
    const bytes: Buffer = stream.read() ?? Buffer.alloc(0)
    frameReader((frame, from, length, count) => {
      for (const each of readAnswers(frame, from, length, count))
        found.set(each.id, frame.toString('latin1', each.from, each.to))
    })(bytes, bytes.length)
    return found
  }
  return { lane, writer, answers, runs, observed }
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
    const { lane, writer, answers } = start()
    const learn = (wire: WireRequest) => lane.learn(wire, parseInferRequest(wire.body, wire.jsonLength, signature))
    const one = () => [json([ones]), json([ones, ones])].map((text) => request(text))
    for (const wire of [...one(), binary([ones]), request(json([ones], '"id":"a",'))]) learn(wire)
    const kinds = fc.oneof(
      fc.array(row, { minLength: 1, maxLength: 2 }).map((rows) => request(json(rows))),
      row.map((each) => binary([each])),
      row.map((each) => request(json([each], '"id":"a",'))),
    )
    fc.assert(
      fc.property(fc.array(kinds, { minLength: 1, maxLength: 10 }), (wires) => {
        expect(lane.run(wires, writer, '')).toEqual([])
        expect(answers()).toEqual(new Map(wires.map((wire) => [wire.id, ordinary(wire)])))
      }),
      { numRuns: 300 },
    )
  })

  it('leaves alone what it has not seen, and what is not as it should be', () => {
    const { lane, writer, answers } = start()
    const usual = request(json([ones]))
    expect(lane.run([usual], writer, '')).toEqual([usual])
    lane.learn(usual, parseInferRequest(usual.body, undefined, signature))
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
    expect(lane.run([...odd, good], writer, '')).toEqual(odd)
    expect(answers()).toEqual(new Map([[good.id, ordinary(good)]]))
  })

  it('reads nested rows and words for what is no number', () => {
    const { lane, writer, answers } = start()
    const usual = request(json([ones]))
    lane.learn(usual, parseInferRequest(usual.body, undefined, signature))
    const wires = ['[1,2,3]', 'NaN,Infinity,-Infinity', 'null,1e400,-0'].map((text) =>
      request(json([ones]).replace('1,2,3', text)),
    )
    expect(lane.run(wires, writer, '')).toEqual([])
    expect(answers()).toEqual(new Map(wires.map((wire) => [wire.id, ordinary(wire)])))
  })

  it('runs what fits at once, and leaves a batch that fails to the ordinary way', () => {
    const { lane, writer, answers, runs, observed } = start()
    const usual = request(json([ones]))
    lane.learn(usual, parseInferRequest(usual.body, undefined, signature))
    const wires = [1n, 2n, 3n, 4n, 5n, 13n].map((n) => request(json([[0, 0, 0, n]])))
    const left = lane.run(wires, writer, '')
    expect(runs).toEqual([4, 2])
    expect(left.map((wire) => wire.id)).toEqual(wires.slice(4).map((wire) => wire.id))
    expect([...answers().keys()]).toEqual(wires.slice(0, 4).map((wire) => wire.id))
    expect(observed).toEqual(wires.slice(0, 4).map((wire, index) => `${wire.name} ${index + 1} ${index + 1}`))
  })
})
