/** The answer to an infer request: JSON, followed by binary tensors where they were asked for. */
import { encodeBinary, numberAt } from './binary-tensor.ts'
import { elementCount, type TakeMemory, type Tensor } from './datatypes.ts'
import { invalid, quoted } from './errors.ts'
import type { InferRequest, RequestedOutput } from './infer-request.ts'
import { writeTensorData } from './json/tensor-json.ts'
import { LARGE } from './kept-memory.ts'
import { FLOAT_TEXT, writeFloats } from './numbers/float-writer.ts'

export interface InferAnswer {
  body: Buffer
  /** Length of the JSON part when binary tensors follow; -1 when all is JSON. */
  jsonLength: number
}

export interface AnswerHead {
  /** `"model_name":…,"model_version":…`, made once per model. */
  modelFields: string
  labels: readonly string[]
}

/** The best classes of each row as "value:index:label", best first. */
export const classify = (tensor: Tensor, classes: number, labels: readonly string[]): Tensor => {
  if (tensor.datatype === 'BYTES') throw invalid(`output ${quoted(tensor.name)} is text and cannot be classified`)
  const width = tensor.shape.at(-1) ?? 1
  const rows = width === 0 ? 0 : elementCount(tensor.shape) / width
  const kept = Math.min(classes, width)
  const data: Uint8Array[] = []
  for (let row = 0; row < rows; row++) {
    const scores = Array.from({ length: width }, (_, index) => ({
      index,
      value: numberAt(tensor, row * width + index),
    }))
    scores.sort((a, b) => b.value - a.value || a.index - b.index)
    for (const { index, value } of scores.slice(0, kept)) {
      const label = labels[index]
      data.push(Buffer.from(`${value.toFixed(6)}:${index}${label === undefined ? '' : `:${label}`}`))
    }
  }
  return { name: tensor.name, datatype: 'BYTES', shape: [...tensor.shape.slice(0, -1), kept], data }
}

const mostBytes = (piece: Uint8Array | Float32Array): number =>
  piece.length * (piece instanceof Float32Array ? FLOAT_TEXT : 1)

/** Puts bytes as they are and numbers as text, one after the other; returns where they end. */
const put = (out: Buffer, start: number, pieces: readonly (Uint8Array | Float32Array)[]): number => {
  let at = start
  for (const piece of pieces) {
    if (piece instanceof Float32Array) at = writeFloats(out, at, piece, 0, piece.length)
    else {
      out.set(piece, at)
      at += piece.length
    }
  }
  return at
}

/** `outputs` are in the signature's order. With `take`, a large body lies in the memory it gives. */
export const writeInferAnswer = (
  head: AnswerHead,
  request: InferRequest,
  outputs: readonly Tensor[],
  take?: TakeMemory,
): InferAnswer => {
  const pieces: (Uint8Array | Float32Array)[] = []
  let json = `{${head.modelFields}${request.id === '' ? '' : `,"id":${JSON.stringify(request.id)}`},"outputs":[`
  const tail: Buffer[] = []
  request.outputs.forEach((wanted: RequestedOutput, position) => {
    const output = outputs[wanted.index]
    if (!output) throw invalid('the model gave fewer outputs than it declares')
    const tensor = wanted.classes > 0 ? classify(output, wanted.classes, head.labels) : output
    json += `${position === 0 ? '' : ','}{"name":${JSON.stringify(tensor.name)},"datatype":"${tensor.datatype}","shape":[${tensor.shape}],`
    if (wanted.binary) {
      const bytes = encodeBinary(tensor)
      tail.push(bytes)
      json += `"parameters":{"binary_data_size":${bytes.length}}}`
    } else if (tensor.data instanceof Float32Array) {
      pieces.push(Buffer.from(`${json}"data":[`), tensor.data)
      json = ']}'
    } else json += `"data":[${writeTensorData(tensor)}]}`
  })
  json += ']}'
  pieces.push(Buffer.from(json))
  const most = [...pieces, ...tail].reduce((sum, each) => sum + mostBytes(each), 0)
  const body = take && most > LARGE ? Buffer.from(take(most)) : Buffer.allocUnsafe(most)
  const textEnd = put(body, 0, pieces)
  const end = put(body, textEnd, tail)
  return { body: body.subarray(0, end), jsonLength: tail.length === 0 ? -1 : textEnd }
}
