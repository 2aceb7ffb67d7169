/** The binary tensor extension: elements little-endian in row order; BYTES as a 32-bit length before each element. */
import { datatypeFacts, elementCount, type Tensor, type TensorArray, type TensorData } from './datatypes.ts'
import { invalid, quoted } from './errors.ts'
import { float16ToNumber } from './numbers/half-floats.ts'

const isAligned = (bytes: Uint8Array, size: number): boolean => bytes.byteOffset % size === 0

const decodeText = (name: string, count: number, bytes: Buffer): Uint8Array[] => {
  const elements: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + 4 > bytes.length)
      throw invalid(`input ${quoted(name)}: its binary data ends inside the length of element ${elements.length}`)
    const length = bytes.readUInt32LE(at)
    at += 4
    if (at + length > bytes.length) {
      throw invalid(
        `input ${quoted(name)}: element ${elements.length} says it has ${length} bytes, but only ${bytes.length - at} follow`,
      )
    }
    if (elements.length >= count) throw invalid(`input ${quoted(name)}: wanted ${count} elements, got more`)
    elements.push(bytes.subarray(at, at + length))
    at += length
  }
  if (elements.length !== count)
    throw invalid(`input ${quoted(name)}: wanted ${count} elements, got ${elements.length}`)
  return elements
}

/** Views the bytes in place where the machine can read them so, else copies them. */
export const decodeBinary = (
  head: { name: string; datatype: Tensor['datatype']; shape: number[] },
  bytes: Buffer,
): TensorData => {
  const count = elementCount(head.shape)
  const facts = datatypeFacts(head.datatype)
  if (facts.kind === 'bytes') return decodeText(head.name, count, bytes)
  if (bytes.length !== count * facts.size) {
    throw invalid(
      `input ${quoted(head.name)}: wanted ${count * facts.size} bytes of binary data for shape [${head.shape}] of ${head.datatype}, got ${bytes.length}`,
    )
  }
  const { buffer } = bytes
  const inPlace = isAligned(bytes, facts.size) && buffer instanceof ArrayBuffer
  const data: TensorArray = inPlace
    ? new facts.view(buffer, bytes.byteOffset, count)
    : new facts.view(new Uint8Array(bytes).buffer, 0, count)
  if (facts.kind === 'bool') for (let at = 0; at < count; at++) if (data[at] !== 0) data[at] = 1
  return data
}

export const encodeBinary = (tensor: Tensor): Buffer => {
  const { data } = tensor
  if (!Array.isArray(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const size = data.reduce((sum, element) => sum + 4 + element.length, 0)
  const out = Buffer.allocUnsafe(size)
  let at = 0
  for (const element of data) {
    out.writeUInt32LE(element.length, at)
    out.set(element, at + 4)
    at += 4 + element.length
  }
  return out
}

/** An element as a number, for labels and drift; not a number for text. */
export const numberAt = (tensor: Tensor, index: number): number => {
  const { data } = tensor
  if (Array.isArray(data)) return Number.NaN
  const value = data[index] ?? Number.NaN
  return tensor.datatype === 'FP16' ? float16ToNumber(Number(value)) : Number(value)
}
