/** What is measured: a model, and the same question as JSON and as binary tensors. */
import { perceptron } from '../testing/models.ts'
import { integerAttribute, model, node, tensor, value } from '../testing/onnx-writer.ts'

export interface Workload {
  name: string
  model: () => Buffer
  shape: number[]
  connections: number
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

export const workloads: Workload[] = [
  { name: 'tiny', model: () => perceptron([16, 16, 4]), shape: [1, 16], connections: 16 },
  { name: 'mid', model: () => perceptron([512, 1024, 1024, 64]), shape: [1, 512], connections: 16 },
  { name: 'image', model: image, shape: [1, 3, 224, 224], connections: 8 },
]

const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, at) => Math.sin(at * 0.7) * 2)

export interface Body {
  kind: 'JSON' | 'binary'
  headers: Record<string, string>
  body: Buffer
}

export const bodiesOf = ({ shape }: Workload): Body[] => {
  const data = values(shape.reduce((product, size) => product * size, 1))
  const json = JSON.stringify({ inputs: [{ name: 'x', shape, datatype: 'FP32', data: Array.from(data) }] })
  const head = Buffer.from(
    JSON.stringify({
      parameters: { binary_data_output: true },
      inputs: [{ name: 'x', shape, datatype: 'FP32', parameters: { binary_data_size: data.byteLength } }],
    }),
  )
  return [
    { kind: 'JSON', headers: { 'Content-Type': 'application/json' }, body: Buffer.from(json) },
    {
      kind: 'binary',
      headers: { 'Content-Type': 'application/octet-stream', 'Inference-Header-Content-Length': String(head.length) },
      body: Buffer.concat([head, Buffer.from(data.buffer)]),
    },
  ]
}
