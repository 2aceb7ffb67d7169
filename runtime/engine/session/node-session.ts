/** The session on onnxruntime-node's synchronous binding: the public API wraps the same call in a promise and a timer. */
import { createRequire } from 'node:module'
import { Tensor as OrtTensor } from 'onnxruntime-node'
import type { initOrt as InitOrt, binding as OrtBinding } from 'onnxruntime-node/dist/binding.js'
import { type Datatype, datatypeOfOnnx, type Tensor } from '../../protocol/datatypes.ts'
import type { TensorSignature } from '../../protocol/signature.ts'
import { type LoadSession, UnsupportedModel } from './session.ts'

type OrtType = OrtTensor['type']

const ortTypes = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  BF16: undefined,
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
} as const satisfies Record<Datatype, OrtType | undefined>

const decoder = new TextDecoder()

/** Where the engine has a Float16Array, onnxruntime-common takes nothing else. */
const halves = (data: Exclude<Tensor['data'], Uint8Array[]>): Uint16Array => {
  const own: unknown = Reflect.get(globalThis, 'Float16Array')
  const bits = new Uint16Array(data.buffer, data.byteOffset, data.length)
  return typeof own === 'function' ? Reflect.construct(own, [bits.buffer, bits.byteOffset, bits.length]) : bits
}

const toOrt = (tensor: Tensor): OrtTensor => {
  const type = ortTypes[tensor.datatype]
  if (type === undefined) throw new UnsupportedModel(`onnxruntime-node cannot pass ${tensor.datatype} tensors`)
  if (Array.isArray(tensor.data))
    return new OrtTensor(
      'string',
      tensor.data.map((each) => decoder.decode(each)),
      tensor.shape,
    )
  if (type === 'float16') return new OrtTensor(type, halves(tensor.data), tensor.shape)
  return new OrtTensor(type, tensor.data, tensor.shape)
}

const fromOrt = (wanted: TensorSignature, value: OrtTensor): Tensor => {
  const { name, datatype } = wanted
  const shape = [...value.dims]
  const data = value.data
  if (Array.isArray(data)) return { name, datatype, shape, data: data.map((each) => Buffer.from(String(each))) }
  // Halves may come as Float16Array, where the engine has one; their bits are what the protocol carries.
  if (datatype === 'FP16')
    return { name, datatype, shape, data: new Uint16Array(data.buffer, data.byteOffset, data.length) }
  return { name, datatype, shape, data }
}

interface NodeBinding {
  binding: typeof OrtBinding
  initOrt: typeof InitOrt
}

const loadBinding = (): NodeBinding => {
  const load: (path: string) => NodeBinding = createRequire(import.meta.url)
  return load('onnxruntime-node/dist/binding.js')
}

export const loadNodeSession: LoadSession = (path, options) => {
  const { binding, initOrt } = loadBinding()
  initOrt()
  const session = new binding.InferenceSession()
  session.loadModel(path, {
    intraOpNumThreads: options.intraOpThreads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  })
  const signatureOf = (all: typeof session.inputMetadata, side: string): TensorSignature[] =>
    all.map((each) => {
      const datatype = each.isTensor ? datatypeOfOnnx(each.type) : undefined
      if (datatype === undefined || ortTypes[datatype] === undefined) {
        throw new UnsupportedModel(
          `${side} "${each.name}" is no tensor this engine can carry: export the model with plain tensors (for scikit-learn: zipmap off)`,
        )
      }
      return { name: each.name, datatype, shape: [...each.shape] }
    })
  const inputs = signatureOf(session.inputMetadata, 'input')
  const outputs = signatureOf(session.outputMetadata, 'output')
  const fetches = Object.fromEntries(outputs.map((each) => [each.name, null]))
  return {
    implementation: 'onnxruntime-node',
    inputs,
    outputs,
    run: (tensors) => {
      const feeds: Record<string, OrtTensor> = {}
      for (const tensor of tensors) feeds[tensor.name] = toOrt(tensor)
      const results = session.run(feeds, fetches, {})
      return outputs.map((wanted) => {
        const value = results[wanted.name]
        if (!(value instanceof OrtTensor)) throw new UnsupportedModel(`output "${wanted.name}" is no tensor`)
        return fromOrt(wanted, value)
      })
    },
    dispose: () => session.dispose(),
  }
}
