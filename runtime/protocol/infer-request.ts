/** An infer request from its bytes: JSON alone, or JSON followed by binary tensors. Checked while it is read. */
import { decodeBinary } from './binary-tensor.ts'
import { datatypeFacts, elementCount, isDatatype, type TakeMemory, type Tensor } from './datatypes.ts'
import { invalid, quoted } from './errors.ts'
import { JsonReader } from './json/json-reader.ts'
import { readTensorData } from './json/tensor-json.ts'
import {
  checkDatatype,
  checkShape,
  completeInputs,
  type ModelSignature,
  wantedInput,
  wantedOutput,
} from './signature.ts'

export interface RequestedOutput {
  /** Index in the signature. */
  index: number
  binary: boolean
  /** The classification extension: the best N classes as text instead of the tensor; 0 for the tensor. */
  classes: number
}

/** Where the elements of an input stood in the body; nothing for one that was not plain JSON in its place. */
export interface Span {
  name: string
  start: number
  end: number
}

export interface InferRequest {
  id: string
  inputs: Tensor[]
  outputs: RequestedOutput[]
  /** In the order of the body. */
  spans?: Span[]
}

interface Draft {
  name: string | undefined
  datatype: string | undefined
  shape: number[] | undefined
  /** Where "data" starts, when it came before what is needed to read it. */
  dataAt: number
  dataEnd: number
  data: Tensor['data'] | undefined
  binarySize: number
}

/** What is being read, for which model, and where large tensors may go. */
interface Reading {
  reader: JsonReader
  signature: ModelSignature
  take: TakeMemory | undefined
}

type Parameters = Map<string, unknown>

const readParameters = (reader: JsonReader): Parameters => {
  const parameters: Parameters = new Map()
  reader.object((key) => {
    parameters.set(key, reader.value())
  })
  return parameters
}

const naturalNumber = (value: unknown, what: string): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0x7fffffff) return value
  throw invalid(`${what} must be a whole number from 0, got ${quoted(JSON.stringify(value) ?? 'nothing')}`)
}

const readShape = (reader: JsonReader, name: string | undefined): number[] => {
  const shape: number[] = []
  reader.array((index) => {
    if (index >= 32) throw invalid('a shape has at most 32 dimensions')
    const dimension = reader.number()
    if (!Number.isInteger(dimension) || dimension < 0 || dimension > 0x7fffffff) {
      throw invalid(
        `input ${quoted(name ?? '')}: dimension ${index} must be a whole number from 0 to 2147483647, got ${dimension}`,
      )
    }
    shape.push(dimension)
  })
  return shape
}

/** The tensor's head, checked against the signature. */
const headOf = (draft: Draft, signature: ModelSignature): Omit<Tensor, 'data'> => {
  const { name, datatype, shape } = draft
  if (name === undefined) throw invalid('an input has no "name"')
  const wanted = wantedInput(signature, name)
  if (!isDatatype(datatype)) {
    throw invalid(`input ${quoted(name)}: wanted datatype ${wanted.datatype}, got ${quoted(String(datatype))}`)
  }
  checkDatatype(wanted, datatype)
  if (shape === undefined) throw invalid(`input ${quoted(name)} has no "shape": wanted [${wanted.shape}]`)
  checkShape(wanted, shape)
  return { name, datatype, shape }
}

const readData = (context: Reading, draft: Draft): Tensor['data'] => {
  const { reader, signature, take } = context
  const head = headOf(draft, signature)
  const count = elementCount(head.shape)
  // An element takes a byte and a comma at least, so a shape that promises more than the body holds is never allocated.
  if (count * 2 > reader.end - reader.position + 2) {
    throw invalid(`input ${quoted(head.name)}: wanted ${count} elements for shape [${head.shape}], got fewer`)
  }
  const facts = datatypeFacts(head.datatype)
  // Every element is written, or the request refused; so what lay in the memory does not matter.
  const numbers = () => (take ? new facts.view(take(count * facts.size), 0, count) : new facts.make(count))
  const tensor: Tensor = { ...head, data: facts.kind === 'bytes' ? [] : numbers() }
  readTensorData(reader, tensor)
  return tensor.data
}

/** The data was read by what came before it: a second shape would belie it. */
const refuseTwice = (draft: Draft, key: string): void => {
  const known =
    (key === 'shape' && draft.shape !== undefined) ||
    (key === 'data' && draft.dataAt >= 0) ||
    (key === 'datatype' && draft.datatype !== undefined) ||
    (key === 'name' && draft.name !== undefined)
  if (known) throw invalid(`input ${quoted(draft.name ?? '')} has ${quoted(key)} twice`)
}

const readInput = (context: Reading): Draft => {
  const { reader } = context
  const draft: Draft = {
    name: undefined,
    datatype: undefined,
    shape: undefined,
    dataAt: -1,
    dataEnd: -1,
    data: undefined,
    binarySize: -1,
  }
  reader.object((key) => {
    refuseTwice(draft, key)
    if (key === 'name') draft.name = reader.string()
    else if (key === 'datatype') draft.datatype = reader.string()
    else if (key === 'shape') draft.shape = readShape(reader, draft.name)
    else if (key === 'data') {
      reader.peek()
      draft.dataAt = reader.position
      const known = draft.name !== undefined && draft.datatype !== undefined && draft.shape !== undefined
      if (known && draft.data === undefined) {
        draft.data = readData(context, draft)
        draft.dataEnd = reader.position
      } else reader.skip()
    } else if (key === 'parameters') {
      const size = readParameters(reader).get('binary_data_size')
      if (size !== undefined) draft.binarySize = naturalNumber(size, 'binary_data_size')
    } else reader.skip()
  })
  if (draft.dataAt >= 0 && draft.data === undefined) {
    const after = reader.position
    reader.position = draft.dataAt
    draft.data = readData(context, draft)
    reader.position = after
  }
  return draft
}

const readOutput = (reader: JsonReader, signature: ModelSignature): { index: number; parameters: Parameters } => {
  let name: string | undefined
  let parameters: Parameters = new Map()
  reader.object((key) => {
    if (key === 'name') name = reader.string()
    else if (key === 'parameters') parameters = readParameters(reader)
    else reader.skip()
  })
  if (name === undefined) throw invalid('a requested output has no "name"')
  return { index: wantedOutput(signature, name), parameters }
}

const requestedOutputs = (
  signature: ModelSignature,
  named: ReturnType<typeof readOutput>[],
  binaryByDefault: boolean,
): RequestedOutput[] => {
  if (named.length === 0) return signature.outputs.map((_, index) => ({ index, binary: binaryByDefault, classes: 0 }))
  return named.map(({ index, parameters }) => {
    const binary = parameters.get('binary_data')
    const classes = parameters.get('classification')
    return {
      index,
      binary: typeof binary === 'boolean' ? binary : binaryByDefault,
      classes: classes === undefined ? 0 : naturalNumber(classes, 'classification'),
    }
  })
}

const inputsOf = (drafts: Draft[], signature: ModelSignature, binary: Buffer): Tensor[] => {
  let offset = 0
  const tensors = drafts.map((draft): Tensor => {
    const head = headOf(draft, signature)
    const name = quoted(head.name)
    if (draft.data !== undefined) {
      if (draft.binarySize >= 0) throw invalid(`input ${name} has both "data" and "binary_data_size"`)
      return { ...head, data: draft.data }
    }
    if (draft.binarySize < 0) throw invalid(`input ${name} has neither "data" nor "binary_data_size"`)
    const end = offset + draft.binarySize
    if (end > binary.length) {
      throw invalid(`input ${name}: wanted ${draft.binarySize} bytes of binary data, got ${binary.length - offset}`)
    }
    const data = decodeBinary(head, binary.subarray(offset, end))
    offset = end
    return { ...head, data }
  })
  if (offset !== binary.length) {
    throw invalid(`the body has ${binary.length - offset} bytes more than its inputs name in "binary_data_size"`)
  }
  return completeInputs(signature, tensors)
}

/**
 * `jsonLength` is what Inference-Header-Content-Length says; undefined when the whole body is JSON. With `take`, tensors
 * lie in the memory it gives, or in the body.
 */
export const parseInferRequest = (
  body: Buffer,
  jsonLength: number | undefined,
  signature: ModelSignature,
  take?: TakeMemory,
): InferRequest => {
  const end = jsonLength ?? body.length
  if (end > body.length) {
    throw invalid(`Inference-Header-Content-Length is ${end}, but the body has only ${body.length} bytes`)
  }
  if (end === 0 && jsonLength !== undefined) return rawRequest(body, signature)
  const reader = new JsonReader(body, 0, end)
  let id = ''
  let binaryByDefault = false
  const drafts: Draft[] = []
  const named: ReturnType<typeof readOutput>[] = []
  let inputsSeen = false
  reader.object((key) => {
    if (key === 'inputs') {
      if (inputsSeen) throw invalid('the request has "inputs" twice')
      inputsSeen = true
      reader.array((index) => {
        if (index >= signature.inputs.length) {
          throw invalid(`the request has more inputs than the model, which takes ${signature.inputs.length}`)
        }
        drafts.push(readInput({ reader, signature, take }))
      })
    } else if (key === 'outputs') {
      reader.array((index) => {
        if (index >= 1000) throw invalid('a request names at most 1000 outputs')
        named.push(readOutput(reader, signature))
      })
    } else if (key === 'id') id = reader.string().slice(0, 200)
    else if (key === 'parameters') binaryByDefault = readParameters(reader).get('binary_data_output') === true
    else reader.skip()
  })
  if (reader.peek() !== -1) throw reader.fail('the end of the body')
  const inputs = inputsOf(drafts, signature, body.subarray(end))
  const spans = drafts.map(({ name = '', dataAt, dataEnd }) => ({ name, start: dataAt, end: dataEnd }))
  return { id, inputs, outputs: requestedOutputs(signature, named, binaryByDefault), spans }
}

/** A body without any JSON: the bytes of the model's only input, whose shape follows from their number. */
const rawRequest = (body: Buffer, signature: ModelSignature): InferRequest => {
  const wanted = signature.inputs[0]
  if (!wanted || signature.inputs.length !== 1) throw invalid('a body without a JSON part is for models with one input')
  const { size } = datatypeFacts(wanted.datatype)
  const open = wanted.shape.filter((dimension) => dimension === -1).length
  const fixed = wanted.shape.reduce((product, dimension) => (dimension === -1 ? product : product * dimension), 1)
  if (open > 1 || (size === 0 && fixed !== 1)) {
    throw invalid(
      `input ${quoted(wanted.name)}: its shape [${wanted.shape}] does not follow from the length of the body`,
    )
  }
  const rest = size === 0 ? 1 : Math.floor(body.length / (size * Math.max(fixed, 1)))
  const shape = wanted.shape.map((dimension) => (dimension === -1 ? rest : dimension))
  const head = { name: wanted.name, datatype: wanted.datatype, shape }
  const data = size === 0 ? [body] : decodeBinary(head, body)
  return {
    id: '',
    inputs: [{ ...head, data }],
    outputs: signature.outputs.map((_, index) => ({ index, binary: true, classes: 0 })),
  }
}
