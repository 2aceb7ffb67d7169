/**
 * ModelInferRequest and ModelInferResponse of the published gRPC protocol, by their field numbers. Tensors come raw or
 * as typed lists, and always go raw, as the protocol's other servers do.
 */
import { decodeBinary, encodeBinary } from '../binary-tensor.ts'
import { type Datatype, datatypeFacts, elementCount, isDatatype, type Tensor, type TensorData } from '../datatypes.ts'
import { invalid, quoted } from '../errors.ts'
import type { InferRequest, RequestedOutput } from '../infer-request.ts'
import { type AnswerHead, classify, type InferAnswer } from '../infer-response.ts'
import {
  checkDatatype,
  checkShape,
  completeInputs,
  type ModelSignature,
  wantedInput,
  wantedOutput,
} from '../signature.ts'
import { ProtoReader, ProtoWriter, wire } from './protobuf.ts'

/** What an acceptor needs to know to send a request on, without reading its tensors. */
export const readModelName = (body: Buffer): { name: string; version: string } => {
  const reader = new ProtoReader(body)
  let name = ''
  let version = ''
  while (reader.next()) {
    if (reader.field === 1 && reader.type === wire.bytes) name = reader.text()
    else if (reader.field === 2 && reader.type === wire.bytes) version = reader.text()
    else reader.skip()
  }
  return { name, version }
}

/** Which field of InferTensorContents carries which type. */
const contentsField: Record<Datatype, number> = {
  BOOL: 1,
  INT8: 2,
  INT16: 2,
  INT32: 2,
  INT64: 3,
  UINT8: 4,
  UINT16: 4,
  UINT32: 4,
  UINT64: 5,
  FP32: 6,
  FP64: 7,
  BYTES: 8,
  FP16: 0,
  BF16: 0,
}

interface Draft {
  name: string
  datatype: string
  shape: number[]
  contents: ProtoReader | undefined
}

const readShape = (reader: ProtoReader, shape: number[]): void => {
  if (reader.type === wire.varint) shape.push(Number(reader.int64()))
  else {
    const packed = reader.message()
    while (packed.position < packed.end) shape.push(Number(packed.int64()))
  }
  if (shape.length > 32) throw invalid('a shape has at most 32 dimensions')
}

const readInput = (reader: ProtoReader): Draft => {
  const draft: Draft = { name: '', datatype: '', shape: [], contents: undefined }
  while (reader.next()) {
    if (reader.field === 1 && reader.type === wire.bytes) draft.name = reader.text()
    else if (reader.field === 2 && reader.type === wire.bytes) draft.datatype = reader.text()
    else if (reader.field === 3) readShape(reader, draft.shape)
    else if (reader.field === 5 && reader.type === wire.bytes) draft.contents = reader.message()
    else reader.skip()
  }
  return draft
}

const readContents = (draft: Draft, datatype: Datatype, contents: ProtoReader): TensorData => {
  const count = elementCount(draft.shape)
  const facts = datatypeFacts(datatype)
  const field = contentsField[datatype]
  if (count > contents.end)
    throw invalid(`input ${quoted(draft.name)}: wanted ${count} elements for shape [${draft.shape}], got fewer`)
  const texts: Uint8Array[] = []
  const data = new facts.make(facts.kind === 'bytes' ? 0 : count)
  let filled = 0
  const put = (value: number | bigint): void => {
    if (filled < count) {
      if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[filled] = BigInt(value)
      else data[filled] = Number(value)
    }
    filled++
  }
  const one = (reader: ProtoReader): void => {
    if (datatype === 'FP32' || datatype === 'FP64') {
      const size = datatype === 'FP32' ? 4 : 8
      if (reader.position + size > reader.end) throw invalid('the message ends inside a number')
      put(size === 4 ? reader.bytes.readFloatLE(reader.position) : reader.bytes.readDoubleLE(reader.position))
      reader.position += size
    } else put(datatype.startsWith('U') || datatype === 'BOOL' ? reader.varint() : reader.int64())
  }
  while (contents.next()) {
    if (contents.field !== field || field === 0) contents.skip()
    else if (datatype === 'BYTES') texts.push(contents.slice())
    else if (contents.type === wire.bytes) {
      const packed = contents.message()
      while (packed.position < packed.end) one(packed)
    } else one(contents)
  }
  const got = datatype === 'BYTES' ? texts.length : filled
  if (got !== count)
    throw invalid(`input ${quoted(draft.name)}: wanted ${count} elements for shape [${draft.shape}], got ${got}`)
  return datatype === 'BYTES' ? texts : data
}

/** The int64 of an InferParameter. */
const readClassification = (reader: ProtoReader): number => {
  let classes = 0
  while (reader.next()) {
    if (reader.field !== 2 || reader.type !== wire.bytes) {
      reader.skip()
      continue
    }
    const entry = reader.message()
    let key = ''
    let value = 0
    while (entry.next()) {
      if (entry.field === 1 && entry.type === wire.bytes) key = entry.text()
      else if (entry.field === 2 && entry.type === wire.bytes) {
        const parameter = entry.message()
        while (parameter.next()) {
          if (parameter.field === 2 && parameter.type === wire.varint) value = Number(parameter.int64())
          else parameter.skip()
        }
      } else entry.skip()
    }
    if (key === 'classification') classes = Math.max(0, Math.min(value, 0x7fffffff))
  }
  return classes
}

const readOutput = (bytes: Buffer, signature: ModelSignature): RequestedOutput => {
  const reader = new ProtoReader(bytes)
  let name = ''
  while (reader.next()) {
    if (reader.field === 1 && reader.type === wire.bytes) name = reader.text()
    else reader.skip()
  }
  return { index: wantedOutput(signature, name), binary: true, classes: readClassification(new ProtoReader(bytes)) }
}

const tensorOf = (draft: Draft, signature: ModelSignature, raw: Buffer | undefined): Tensor => {
  const { name, datatype, shape } = draft
  const wanted = wantedInput(signature, name)
  checkDatatype(wanted, datatype)
  checkShape(wanted, shape)
  if (!isDatatype(datatype)) throw invalid(`input ${quoted(name)}: there is no datatype ${quoted(datatype)}`)
  if (raw) return { name, datatype, shape, data: decodeBinary({ name, datatype, shape }, raw) }
  if (!draft.contents && elementCount(shape) > 0)
    throw invalid(`input ${quoted(name)} has neither contents nor raw contents`)
  return {
    name,
    datatype,
    shape,
    data: readContents(draft, datatype, draft.contents ?? new ProtoReader(Buffer.alloc(0))),
  }
}

export const parseGrpcRequest = (body: Buffer, signature: ModelSignature): InferRequest => {
  const reader = new ProtoReader(body)
  const drafts: Draft[] = []
  const raws: Buffer[] = []
  const outputs: RequestedOutput[] = []
  let id = ''
  while (reader.next()) {
    if (reader.type !== wire.bytes) reader.skip()
    else if (reader.field === 3) id = reader.text().slice(0, 200)
    else if (reader.field === 5) drafts.push(readInput(reader.message()))
    else if (reader.field === 6) outputs.push(readOutput(reader.slice(), signature))
    else if (reader.field === 7) raws.push(reader.slice())
    else reader.skip()
    if (drafts.length > signature.inputs.length)
      throw invalid(`the request has more inputs than the model, which takes ${signature.inputs.length}`)
  }
  if (raws.length > 0 && raws.length !== drafts.length)
    throw invalid(`the request has ${drafts.length} inputs and ${raws.length} raw contents`)
  const inputs = completeInputs(
    signature,
    drafts.map((draft, index) => tensorOf(draft, signature, raws[index])),
  )
  const all = signature.outputs.map((_, index) => ({ index, binary: true, classes: 0 }))
  return { id, inputs, outputs: outputs.length > 0 ? outputs : all }
}

export const writeGrpcAnswer = (
  names: { model: string; version: string },
  head: AnswerHead,
  request: InferRequest,
  outputs: readonly Tensor[],
): InferAnswer => {
  const writer = new ProtoWriter().text(1, names.model).text(2, names.version).text(3, request.id)
  const tensors = request.outputs.map((wanted) => {
    const output = outputs[wanted.index]
    if (!output) throw invalid('the model gave fewer outputs than it declares')
    return wanted.classes > 0 ? classify(output, wanted.classes, head.labels) : output
  })
  for (const tensor of tensors) {
    writer.message(5, new ProtoWriter().text(1, tensor.name).text(2, tensor.datatype).packed(3, tensor.shape))
  }
  for (const tensor of tensors) writer.bytes(6, encodeBinary(tensor))
  return { body: writer.finish(), jsonLength: -1 }
}
