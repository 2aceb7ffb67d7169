/**
 * A session on the C API. One session serves several threads, so lanes share the weights; input tensors are passed where
 * they lie, and outputs whose shape is known beforehand are written straight into our own memory.
 */
import {
  type Datatype,
  datatypeFacts,
  datatypeOfOnnx,
  elementCount,
  type Tensor,
  type TensorArray,
} from '../../../protocol/datatypes.ts'
import { LARGE, takeMemory } from '../../../protocol/kept-memory.ts'
import type { TensorSignature } from '../../../protocol/signature.ts'
import type { RowMemory } from '../../running/row-memory.ts'
import { type LoadSession, type Session, UnsupportedModel } from '../session.ts'
import { type OrtLibrary, ortLibrary, type Pointer } from './ort-library.ts'

const TENSOR = 1

const shapeOf = (library: OrtLibrary, info: Pointer): number[] => {
  const rank = library.number('rank', info)
  const dimensions = new BigInt64Array(Math.max(rank, 1))
  library.check('dimensions', info, dimensions, rank)
  return Array.from(dimensions.subarray(0, rank), Number)
}

const signatureOf = (library: OrtLibrary, session: Pointer, side: 'input' | 'output'): TensorSignature[] => {
  const count = library.number(side === 'input' ? 'inputCount' : 'outputCount', session)
  return Array.from({ length: count }, (_, index) => {
    const namePointer = library.pointer(
      side === 'input' ? 'inputName' : 'outputName',
      session,
      index,
      library.allocator,
    )
    const name = library.text(namePointer)
    library.check('free', library.allocator, namePointer)
    const info = library.pointer(side === 'input' ? 'inputTypeInfo' : 'outputTypeInfo', session, index)
    try {
      const isTensor = library.number('onnxType', info) === TENSOR
      const tensorInfo = isTensor ? library.pointer('asTensorInfo', info) : 0n
      const datatype = isTensor ? datatypeOfOnnx(library.number('elementType', tensorInfo)) : undefined
      if (datatype === undefined) {
        throw new UnsupportedModel(
          `${side} "${name}" is no tensor the protocol has a name for: export the model with plain tensors (for scikit-learn: zipmap off)`,
        )
      }
      return { name, datatype, shape: shapeOf(library, tensorInfo) }
    } finally {
      library.release('releaseTypeInfo', info)
    }
  })
}

/** A name as C has it. */
const nativeName = (each: TensorSignature): Buffer => Buffer.from(`${each.name}\0`)

const numberBytes = (data: Exclude<Tensor['data'], Uint8Array[]>): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** onnxruntime refuses a null pointer even for a tensor without elements. */
const NOTHING = new Uint8Array(8)

const createInput = (library: OrtLibrary, tensor: Tensor): Pointer => {
  const { data, datatype } = tensor
  const shape = BigInt64Array.from(tensor.shape, BigInt)
  const type = datatypeFacts(datatype).onnx
  if (!Array.isArray(data)) {
    const memory = data.byteLength === 0 ? NOTHING : data
    return library.pointer('createTensorOver', library.memoryInfo, memory, data.byteLength, shape, shape.length, type)
  }
  const value = library.pointer('createTensor', library.allocator, shape, shape.length, type)
  data.forEach((element, index) => {
    const place = library.pointer('stringElementBuffer', value, index, element.length)
    if (element.length > 0) library.copyIn(place, element)
  })
  return value
}

const readStrings = (library: OrtLibrary, value: Pointer, count: number): Uint8Array[] => {
  if (count === 0) return []
  const bytes = library.number('stringDataLength', value)
  const content = Buffer.alloc(Math.max(bytes, 1))
  const offsets = new BigUint64Array(count)
  library.check('stringContent', value, content, bytes, offsets, count)
  return Array.from(offsets, (offset, index) =>
    content.subarray(Number(offset), Number(offsets[index + 1] ?? BigInt(bytes))),
  )
}

const outputMemory = (datatype: Datatype, count: number): TensorArray => {
  const { make, view, size } = datatypeFacts(datatype)
  return count * size < LARGE ? new make(count) : new view(takeMemory(count * size), 0, count)
}

const readOutput = (library: OrtLibrary, wanted: TensorSignature, value: Pointer): Tensor => {
  const { name } = wanted
  if (value === 0n || library.number('valueType', value) !== TENSOR)
    throw new UnsupportedModel(`output "${name}" is no tensor`)
  const info = library.pointer('tensorInfo', value)
  const shape = shapeOf(library, info)
  library.release('releaseTensorInfo', info)
  const count = shape.reduce((product, dimension) => product * dimension, 1)
  const datatype: Datatype = wanted.datatype
  if (datatype === 'BYTES') return { name, datatype, shape, data: readStrings(library, value, count) }
  const data = outputMemory(datatype, count)
  if (count > 0) library.copyOut(numberBytes(data), library.pointer('tensorData', value))
  return { name, datatype, shape, data }
}

/** Rows in, rows out: then the shape of the output is known before the run. */
const followsRows = (output: TensorSignature, inputs: readonly TensorSignature[]): boolean =>
  output.datatype !== 'BYTES' &&
  output.shape[0] === -1 &&
  output.shape.slice(1).every((dimension) => dimension > 0) &&
  inputs.every((input) => input.shape[0] === -1)

interface Prepared {
  inputs: BigUint64Array
  outputs: BigUint64Array
  /** Outputs that are written in place, by index. */
  inPlace: (Tensor | undefined)[]
}

export const loadFfiSession: LoadSession = (path, options) => {
  const library = ortLibrary()
  const settings = library.pointer('createSessionOptions')
  library.check('setLogSeverity', settings, 3)
  library.check('setOptimizationLevel', settings, 99)
  library.check('setIntraOpThreads', settings, options.intraOpThreads)
  library.check('setInterOpThreads', settings, 1)
  let session: Pointer
  try {
    session = library.pointer('createSession', library.env, path, settings)
  } finally {
    library.release('releaseSessionOptions', settings)
  }
  const inputs = signatureOf(library, session, 'input')
  const outputs = signatureOf(library, session, 'output')
  // Kept as long as the session: the addresses point into them.
  const names = { inputs: inputs.map(nativeName), outputs: outputs.map(nativeName) }
  const inputAddresses = library.addresses(names.inputs)
  const outputAddresses = library.addresses(names.outputs)
  let predictable = outputs.map((each) => followsRows(each, inputs))

  const prepare = (tensors: readonly Tensor[]): Prepared => {
    const prepared: Prepared = {
      inputs: new BigUint64Array(tensors.length),
      outputs: new BigUint64Array(outputs.length),
      inPlace: [],
    }
    try {
      tensors.forEach((tensor, index) => {
        prepared.inputs[index] = createInput(library, tensor)
      })
      const rows = tensors[0]?.shape[0] ?? 0
      outputs.forEach((wanted, index) => {
        if (!predictable[index] || rows === 0) return
        const shape = [rows, ...wanted.shape.slice(1)]
        const data = outputMemory(wanted.datatype, elementCount(shape))
        const tensor: Tensor = { name: wanted.name, datatype: wanted.datatype, shape, data }
        prepared.outputs[index] = createInput(library, tensor)
        prepared.inPlace[index] = tensor
      })
      return prepared
    } catch (error) {
      release(prepared)
      throw error
    }
  }

  const release = (prepared: Prepared): void => {
    for (const value of prepared.inputs) if (value !== 0n) library.release('releaseValue', value)
    for (const value of prepared.outputs) if (value !== 0n) library.release('releaseValue', value)
  }

  const runArguments = (prepared: Prepared): unknown[] => [
    session,
    null,
    inputAddresses,
    prepared.inputs,
    inputs.length,
    outputAddresses,
    outputs.length,
    prepared.outputs,
  ]

  const collect = (prepared: Prepared): Tensor[] =>
    outputs.map(
      (wanted, index) => prepared.inPlace[index] ?? readOutput(library, wanted, prepared.outputs[index] ?? 0n),
    )

  /** A model whose outputs do not have the rows of its inputs is not written in place again. */
  const distrustShapes = (): boolean => {
    const trusted = predictable.includes(true)
    predictable = predictable.map(() => false)
    return trusted
  }

  const run = (tensors: readonly Tensor[]): Tensor[] => {
    const prepared = prepare(tensors)
    try {
      library.check('run', ...runArguments(prepared))
      return collect(prepared)
    } finally {
      release(prepared)
    }
  }

  const runElsewhere = async (tensors: readonly Tensor[]): Promise<Tensor[]> => {
    const prepared = prepare(tensors)
    try {
      await library.checkElsewhere('run', ...runArguments(prepared))
      return collect(prepared)
    } finally {
      release(prepared)
    }
  }

  const prepareRows = (memory: Pick<RowMemory, 'inputs' | 'outputs'>, rows: number): unknown[] => {
    const values = (signatures: readonly TensorSignature[], arrays: readonly TensorArray[]): BigUint64Array =>
      BigUint64Array.from(signatures, ({ name, datatype, shape }, index) => {
        const width = elementCount(shape.slice(1))
        const data = arrays[index]?.subarray(0, rows * width) ?? NOTHING
        return createInput(library, { name, datatype, shape: [rows, ...shape.slice(1)], data })
      })
    const prepared = { inputs: values(inputs, memory.inputs), outputs: values(outputs, memory.outputs), inPlace: [] }
    return runArguments(prepared)
  }

  const makeRowMemory = (capacity: number): RowMemory => {
    const memoryFor = ({ datatype, shape }: TensorSignature): TensorArray => {
      const { view, size } = datatypeFacts(datatype)
      const count = capacity * elementCount(shape.slice(1))
      return new view(new ArrayBuffer(count * size), 0, count)
    }
    const memory = { inputs: inputs.map(memoryFor), outputs: outputs.map(memoryFor) }
    // The tensors for each number of rows are made once and stay as long as the session.
    const prepared: unknown[][] = []
    const preparedFor = (rows: number): unknown[] => {
      prepared[rows] ??= prepareRows(memory, rows)
      return prepared[rows] ?? []
    }
    return {
      ...memory,
      capacity,
      run: (rows) => library.check('run', ...preparedFor(rows)),
      runElsewhere: (rows) => library.checkElsewhere('run', ...preparedFor(rows)),
    }
  }

  const rowMemory = (capacity: number): (() => RowMemory) | undefined => {
    const sized = [...inputs, ...outputs].every(
      ({ datatype, shape }) => datatype !== 'BYTES' && shape[0] === -1 && shape.slice(1).every((each) => each > 0),
    )
    return sized && inputs.length > 0 ? () => makeRowMemory(capacity) : undefined
  }

  const loaded: Session = {
    implementation: 'onnxruntime by FFI',
    inputs,
    outputs,
    run: (tensors) => {
      try {
        return run(tensors)
      } catch (error) {
        if (!isShapeFault(error) || !distrustShapes()) throw error
        return run(tensors)
      }
    },
    runElsewhere: async (tensors) => {
      try {
        return await runElsewhere(tensors)
      } catch (error) {
        if (!isShapeFault(error) || !distrustShapes()) throw error
        return runElsewhere(tensors)
      }
    },
    rowMemory,
    dispose: () => {
      library.release('releaseSession', session)
      names.inputs.length = 0
      names.outputs.length = 0
    },
  }
  return loaded
}

const isShapeFault = (error: unknown): boolean => error instanceof Error && /shape|dimension/i.test(error.message)
