/** What is measured: a model, and the same question as JSON and as binary tensors. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { perceptron } from '../testing/models.ts'
import { integerAttribute, model, node, tensor, value } from '../testing/onnx-writer.ts'

export interface Workload {
  name: string
  about: string
  model: () => Buffer
  input: { name: string; datatype: 'FP32' | 'BYTES'; shape: number[] }
  connections: number
  /** Layer sizes, where the model is a perceptron, for peers that do not read ONNX. */
  layers?: number[]
}

/** Averages an image's pixels into 64 numbers: next to no work, so that what is measured is the way there. */
const image = (): Buffer => {
  const shape = new Uint8Array(BigInt64Array.of(-1n, 64n, 2352n).buffer)
  return model({
    nodes: [
      node('Reshape', ['x', 'shape'], ['rows']),
      node(
        'ReduceMax',
        ['rows'],
        ['y'],
        [
          integerAttribute('keepdims', 0),
          [
            [1, 'axes'],
            [8, 2],
            [20, 7],
          ],
        ],
      ),
    ],
    inputs: [value('x', 'float', ['rows', 3, 224, 224])],
    outputs: [value('y', 'float', ['rows', 64])],
    initializers: [tensor('shape', 'int64', [3], shape)],
  })
}

const layered = (name: string, about: string, layers: number[], connections: number): Workload => ({
  name,
  about,
  model: () => perceptron(layers),
  input: { name: 'x', datatype: 'FP32', shape: [1, layers[0] ?? 1] },
  connections,
  layers,
})

const sentiment = join(import.meta.dirname, '../samples/sentiment/1/model.onnx')

export const workloads: Workload[] = [
  layered('tiny', 'a perceptron 16-16-4', [16, 16, 4], 16),
  layered('mid', 'a perceptron 512-1024-1024-64', [512, 1024, 1024, 64], 16),
  layered('big', 'a perceptron 2048-4096-4096-3072, 151 MB', [2048, 4096, 4096, 3072], 8),
  {
    name: 'text',
    about: 'the sentiment sample: TF-IDF and naive Bayes over a text of nine words',
    model: () => readFileSync(sentiment),
    input: { name: 'text', datatype: 'BYTES', shape: [1, 1] },
    connections: 16,
  },
  {
    name: 'image',
    about: '1 × 3 × 224 × 224 numbers, with which it does next to nothing',
    model: image,
    input: { name: 'x', datatype: 'FP32', shape: [1, 3, 224, 224] },
    connections: 8,
  },
]

export type Kind = 'JSON' | 'binary'
export const kinds: Kind[] = ['JSON', 'binary']

export interface Body {
  headers: Record<string, string>
  body: Buffer
}

const TEXT = 'I love this product, it works great and arrived early.'

export const numbersOf = ({ input }: Workload): Float32Array =>
  Float32Array.from(
    { length: input.shape.reduce((product, size) => product * size, 1) },
    (_, at) => Math.sin(at * 0.7) * 2,
  )

const rawOf = (workload: Workload): Buffer => {
  if (workload.input.datatype === 'FP32') return Buffer.from(numbersOf(workload).buffer)
  const text = Buffer.from(TEXT)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return Buffer.concat([length, text])
}

/** As the Open Inference Protocol has it. */
export const bodyOf = (workload: Workload, kind: Kind): Body => {
  const { input } = workload
  if (kind === 'JSON') {
    const data = input.datatype === 'FP32' ? Array.from(numbersOf(workload)) : [TEXT]
    return {
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.from(JSON.stringify({ inputs: [{ ...input, data }] })),
    }
  }
  const raw = rawOf(workload)
  const head = Buffer.from(
    JSON.stringify({
      parameters: { binary_data_output: true },
      inputs: [{ ...input, parameters: { binary_data_size: raw.length } }],
    }),
  )
  return {
    headers: { 'Content-Type': 'application/octet-stream', 'Inference-Header-Content-Length': String(head.length) },
    body: Buffer.concat([head, raw]),
  }
}

/** As plainly as a server of its own kind could wish: {"x": nested numbers or texts}, or the bytes and nothing else. */
export const plainBodyOf = (workload: Workload, kind: Kind): Body => {
  if (kind === 'binary') {
    return { headers: { 'Content-Type': 'application/octet-stream' }, body: rawOf(workload) }
  }
  const nest = (data: unknown[], shape: number[]): unknown[] => {
    if (shape.length <= 1) return data
    const [, ...rest] = shape
    const size = rest.reduce((product, each) => product * each, 1)
    return Array.from({ length: data.length / size }, (_, row) => nest(data.slice(row * size, (row + 1) * size), rest))
  }
  const x = workload.input.datatype === 'FP32' ? nest(Array.from(numbersOf(workload)), workload.input.shape) : [TEXT]
  return {
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify({ x })),
  }
}
