/** onnx.ValueInfoProto: one input or output of a graph, with its type and shape. */
import type { DataType } from '#server/contracts/inference/protocol.ts'
import { refuse } from './refusal.ts'
import { elementType } from './tensor-types.ts'
import { BYTES, type Message, VARINT } from './wire.ts'

const MAX_RANK = 64

/** A fixed size, a named size, or null for a size nobody named. */
export type Dimension = number | string | null

export type OnnxValue = {
  name: string
  /** As ONNX writes it: tensor(float), sequence, map, optional, sparse_tensor. */
  type: string
  /** Absent when the v2 protocol has no name for it. */
  datatype?: DataType
  /** Absent when the model does not say of what rank it is. */
  shape?: Dimension[]
}

const otherTypes: Record<number, string> = { 4: 'sequence', 5: 'map', 7: 'opaque', 8: 'sparse_tensor', 9: 'optional' }

export const readValue = (message: Message): OnnxValue => {
  let name = ''
  let type: Omit<OnnxValue, 'name'> = { type: 'unknown' }
  while (message.next()) {
    if (message.is(1, BYTES)) name = message.text()
    else if (message.is(2, BYTES)) type = readType(message.message())
  }
  return { name, ...type }
}

const readType = (message: Message): Omit<OnnxValue, 'name'> => {
  let type: Omit<OnnxValue, 'name'> = { type: 'unknown' }
  while (message.next()) {
    if (message.is(1, BYTES)) type = readTensorType(message.message())
    else if (message.wire === BYTES && message.field in otherTypes)
      type = { type: otherTypes[message.field] ?? 'unknown' }
  }
  return type
}

const readTensorType = (message: Message): Omit<OnnxValue, 'name'> => {
  let element = elementType(0)
  let shape: Dimension[] | undefined
  while (message.next()) {
    if (message.is(1, VARINT)) element = elementType(Number(message.int64()))
    else if (message.is(2, BYTES)) shape = [...(shape ?? []), ...readShape(message.message())]
  }
  return {
    type: `tensor(${element.name})`,
    ...(element.datatype && { datatype: element.datatype }),
    ...(shape && { shape }),
  }
}

const readShape = (message: Message): Dimension[] => {
  const shape: Dimension[] = []
  while (message.next()) {
    if (!message.is(1, BYTES)) continue
    if (shape.length >= MAX_RANK)
      refuse(
        'too-complex',
        `A tensor of the model has more than ${MAX_RANK} dimensions.`,
        'Reshape it inside the model.',
      )
    shape.push(readDimension(message.message()))
  }
  return shape
}

const readDimension = (message: Message): Dimension => {
  let size: Dimension = null
  while (message.next()) {
    if (message.is(1, VARINT)) size = fixedSize(message.int64())
    else if (message.is(2, BYTES)) size = message.text() || null
  }
  return size
}

// Some exporters write -1 where they mean "any".
const fixedSize = (value: bigint): Dimension => {
  if (value < 0n) return null
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    return refuse(
      'malformed',
      `A tensor of the model declares a dimension of ${value}.`,
      'Declare the dimensions of the inputs and outputs as they are, or leave them open.',
    )
  return Number(value)
}
