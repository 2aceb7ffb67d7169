/** The answer to an infer request: JSON, followed by binary tensors where they were asked for. */
import { encodeBinary, numberAt } from './binary-tensor.ts'
import { elementCount, type Tensor } from './datatypes.ts'
import { invalid, quoted } from './errors.ts'
import type { InferRequest, RequestedOutput } from './infer-request.ts'
import { floatBytes, writeTensorData } from './json/tensor-json.ts'

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

/** `outputs` are in the signature's order. */
export const writeInferAnswer = (head: AnswerHead, request: InferRequest, outputs: readonly Tensor[]): InferAnswer => {
  let json = `{${head.modelFields}${request.id === '' ? '' : `,"id":${JSON.stringify(request.id)}`},"outputs":[`
  /** What comes before `json`, where it is bytes already. */
  const before: Buffer[] = []
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
      before.push(Buffer.from(`${json}"data":[`), ...floatBytes(tensor.data))
      json = ']}'
    } else json += `"data":[${writeTensorData(tensor)}]}`
  })
  json += ']}'
  const text = [...before, Buffer.from(json)]
  const jsonLength = tail.length === 0 ? -1 : text.reduce((sum, each) => sum + each.length, 0)
  return { body: Buffer.concat([...text, ...tail]), jsonLength }
}
