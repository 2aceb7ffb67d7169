/** The "data" of one tensor: from JSON bytes into the array the model reads, and back into JSON text. */
import { datatypeFacts, elementCount, type Tensor, type TensorArray, type TensorData } from '../datatypes.ts'
import { invalid, quoted } from '../errors.ts'
import { readFloatRun } from '../numbers/float-parser.ts'
import { FLOAT_TEXT, writeFloats } from '../numbers/float-writer.ts'
import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from '../numbers/half-floats.ts'
import type { JsonReader } from './json-reader.ts'

const OPEN_ARRAY = 0x5b

/** Stores the next JSON value at an index; by type, so that the loop over a large tensor stays small. */
type Store = (reader: JsonReader, index: number) => void

const floatOf = (reader: JsonReader, single: boolean): number => {
  const byte = reader.peek()
  if (byte !== 0x6e && byte !== 0x4e && byte !== 0x49 && byte !== 0x2d) return reader.number(single)
  // Python's json module writes these three words; null is what a strict writer puts for "not a number".
  if (reader.word('null') || reader.word('NaN')) return Number.NaN
  if (reader.word('Infinity')) return Number.POSITIVE_INFINITY
  if (reader.word('-Infinity')) return Number.NEGATIVE_INFINITY
  return reader.number(single)
}

const storeFor = (tensor: Tensor): Store => {
  const { datatype, data } = tensor
  const facts = datatypeFacts(datatype)
  const bad = (reader: JsonReader, index: number, wanted: string) =>
    invalid(
      `input ${quoted(tensor.name)}: element ${index} is no ${datatype}: wanted ${wanted}, got ${glimpse(reader)}`,
    )
  if (Array.isArray(data)) {
    return (reader, index) => {
      if (reader.peek() !== 0x22) throw bad(reader, index, 'text in quotes')
      data[index] = reader.stringBytes()
    }
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const signed = data instanceof BigInt64Array
    return (reader, index) => {
      const start = reader.position
      // Clients in JavaScript cannot write these numbers exactly but as text.
      const text = reader.peek() === 0x22 ? reader.string() : undefined
      if (text !== undefined && !/^-?\d{1,20}$/.test(text)) throw bad(reader, index, 'a whole number')
      let value: bigint
      try {
        value = text === undefined ? reader.integer() : BigInt(text)
      } catch {
        reader.position = start
        throw bad(reader, index, 'a whole number')
      }
      const fits = signed ? BigInt.asIntN(64, value) === value : BigInt.asUintN(64, value) === value
      if (!fits) throw invalid(`input ${quoted(tensor.name)}: element ${index} does not fit ${datatype}: got ${value}`)
      data[index] = value
    }
  }
  const numbers: Exclude<TensorArray, BigInt64Array | BigUint64Array> = data
  const guard = (read: (reader: JsonReader, index: number) => number, wanted: string): Store => {
    return (reader, index) => {
      const byte = reader.peek()
      if (byte === 0x22 || byte === 0x7b || byte === OPEN_ARRAY || byte === 0x5d) throw bad(reader, index, wanted)
      numbers[index] = read(reader, index)
    }
  }
  if (facts.kind === 'float') return guard((reader) => floatOf(reader, datatype === 'FP32'), 'a number')
  if (facts.kind === 'half') {
    const toBits = datatype === 'FP16' ? numberToFloat16 : numberToBfloat16
    return guard((reader) => toBits(floatOf(reader, false)), 'a number')
  }
  if (facts.kind === 'bool') {
    return guard((reader, index) => {
      if (reader.word('true') || reader.word('1')) return 1
      if (reader.word('false') || reader.word('0')) return 0
      throw bad(reader, index, 'true or false')
    }, 'true or false')
  }
  return guard((reader, index) => {
    const byte = reader.peek()
    if (byte !== 0x2d && (byte < 0x30 || byte > 0x39)) throw bad(reader, index, 'a whole number')
    const value = reader.number()
    if (!Number.isInteger(value) || value < facts.least || value > facts.most) {
      throw invalid(
        `input ${quoted(tensor.name)}: element ${index} does not fit ${datatype}: wanted a whole number from ${facts.least} to ${facts.most}, got ${value}`,
      )
    }
    return value
  }, 'a whole number')
}

const glimpse = (reader: JsonReader): string =>
  quoted(reader.bytes.toString('utf8', reader.position, Math.min(reader.end, reader.position + 24)))

/** Fills the tensor from an array that is flat or nested by its shape. */
export const readTensorData = (reader: JsonReader, tensor: Tensor): void => {
  const { shape, name } = tensor
  const total = elementCount(shape)
  const store = storeFor(tensor)
  let filled = 0
  /** A run was read from the same bytes before. */
  let begun = false
  const overfull = () => invalid(`input ${quoted(name)}: wanted ${total} elements for shape [${shape}], got more`)

  const { data } = tensor

  const flat = (): void => {
    if (reader.take(0x5d)) return
    do {
      if (data instanceof Float32Array) {
        const run = readFloatRun(reader.bytes, reader.position, reader.end, data, filled, total, begun)
        begun = true
        reader.position = run.position
        filled = run.filled
        if (!run.more) break
      }
      if (filled >= total) throw overfull()
      store(reader, filled)
      filled++
    } while (reader.take(0x2c))
    reader.expect(0x5d)
  }

  const nested = (depth: number): void => {
    reader.expect(OPEN_ARRAY)
    const before = filled
    let children = 0
    if (depth === shape.length - 1) {
      flat()
      children = filled - before
    } else if (!reader.take(0x5d)) {
      do {
        if (children >= (shape[depth] ?? 0)) throw overfull()
        nested(depth + 1)
        children++
      } while (reader.take(0x2c))
      reader.expect(0x5d)
    }
    if (children !== shape[depth]) {
      throw invalid(
        `input ${quoted(name)}: its rows are ragged: wanted ${shape[depth]} entries in dimension ${depth}, got ${children}`,
      )
    }
  }

  if (reader.peek() !== OPEN_ARRAY) throw invalid(`input ${quoted(name)}: "data" must be an array`)
  const start = reader.position
  reader.position++
  if (reader.peek() === OPEN_ARRAY && shape.length > 1) {
    reader.position = start
    nested(0)
  } else flat()
  if (filled !== total)
    throw invalid(`input ${quoted(name)}: wanted ${total} elements for shape [${shape}], got ${filled}`)
}

/** JSON has no word for these: null reads back as "not a number", 1e999 as infinity, in every reader we know. */
const floatText = (value: number): string => {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : `${value}`
  return Number.isNaN(value) ? 'null' : value > 0 ? '1e999' : '-1e999'
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const textOf = (bytes: Uint8Array, name: string): string => {
  try {
    return JSON.stringify(decoder.decode(bytes))
  } catch {
    throw invalid(`output ${quoted(name)} is not UTF-8 text: ask for it as binary data`)
  }
}

const join = <T>(data: ArrayLike<T>, text: (value: T) => string): string => {
  let out = ''
  for (let index = 0; index < data.length; index++) {
    const value = data[index]
    if (value !== undefined) out += index === 0 ? text(value) : `,${text(value)}`
  }
  return out
}

/** The elements as JSON, flat, without brackets. */
export const writeTensorData = (tensor: Tensor): string => {
  const data: TensorData = tensor.data
  if (Array.isArray(data)) return join(data, (bytes) => textOf(bytes, tensor.name))
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return data.join(',')
  if (data instanceof Float32Array) {
    const text = Buffer.allocUnsafe(data.length * FLOAT_TEXT)
    return text.toString('latin1', 0, writeFloats(text, 0, data, 0, data.length))
  }
  switch (tensor.datatype) {
    case 'BOOL':
      return join(data, (value) => (value ? 'true' : 'false'))
    case 'FP16':
      return join(data, (bits) => floatText(float16ToNumber(bits)))
    case 'BF16':
      return join(data, (bits) => floatText(bfloat16ToNumber(bits)))
    case 'FP64':
      return join(data, floatText)
    default:
      return data.join(',')
  }
}
