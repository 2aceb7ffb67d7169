/** Requests of one shape become one run: their rows are stacked, and the answers cut apart again. */
import { datatypeFacts, type Tensor, type TensorData } from '../../protocol/datatypes.ts'
import type { TensorSignature } from '../../protocol/signature.ts'

export interface BatchRules {
  /** Every input and output has a free first dimension and rows do not influence one another. */
  batchable: boolean
  maxBatch: number
  /** Some dimension beyond the first is free, so that requests may differ in shape. */
  shapesVary: boolean
}

const rowsOf = (inputs: readonly Tensor[]): number => {
  const rows = inputs[0]?.shape[0] ?? 0
  return inputs.every((tensor) => tensor.shape[0] === rows) ? rows : 0
}

/** Stacking what is larger costs more, in copying and in memory to collect, than a run less saves. */
const LARGE = 131_072

const bytesOf = (inputs: readonly Tensor[]): number => {
  let bytes = 0
  for (const { data } of inputs) if (!Array.isArray(data)) bytes += data.byteLength
  return bytes
}

/** Undefined for what must run alone. */
const shapeKey = (inputs: readonly Tensor[], rules: BatchRules): string | undefined => {
  const rows = rowsOf(inputs)
  if (rows === 0 || rows >= rules.maxBatch || bytesOf(inputs) > LARGE) return undefined
  return rules.shapesVary ? inputs.map((tensor) => tensor.shape.slice(1).join()).join(';') : ''
}

/** Groups in the order of arrival; none has more rows than allowed unless one request alone does. */
export const groupForRuns = <T extends { inputs: Tensor[] }>(requests: readonly T[], rules: BatchRules): T[][] => {
  if (!rules.batchable || rules.maxBatch < 2) return requests.map((request) => [request])
  const groups: T[][] = []
  const open = new Map<string, { members: T[]; rows: number }>()
  for (const request of requests) {
    const key = shapeKey(request.inputs, rules)
    const rows = request.inputs[0]?.shape[0] ?? 0
    const group = key === undefined ? undefined : open.get(key)
    if (group && group.rows + rows <= rules.maxBatch) {
      group.members.push(request)
      group.rows += rows
      continue
    }
    const members = [request]
    groups.push(members)
    if (key !== undefined) open.set(key, { members, rows })
  }
  return groups
}

const concatenate = (parts: readonly TensorData[], tensor: Tensor): TensorData => {
  if (Array.isArray(tensor.data)) return parts.flatMap((part) => (Array.isArray(part) ? part : []))
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const out = new (datatypeFacts(tensor.datatype).make)(length)
  let at = 0
  for (const part of parts) {
    copyInto(out, part, at)
    at += part.length
  }
  return out
}

const copyInto = (target: TensorData, source: TensorData, at: number): void => {
  if (target instanceof BigInt64Array && source instanceof BigInt64Array) target.set(source, at)
  else if (target instanceof BigUint64Array && source instanceof BigUint64Array) target.set(source, at)
  else if (isNumbers(target) && isNumbers(source)) target.set(source, at)
}

type Numbers = Exclude<TensorData, BigInt64Array | BigUint64Array | Uint8Array[]>

const isNumbers = (data: TensorData): data is Numbers =>
  !Array.isArray(data) && !(data instanceof BigInt64Array) && !(data instanceof BigUint64Array)

export const stack = (requests: readonly Tensor[][]): Tensor[] => {
  const first = requests[0] ?? []
  return first.map((tensor, index) => {
    const parts = requests.map((inputs) => inputs[index] ?? tensor)
    const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0)
    return {
      name: tensor.name,
      datatype: tensor.datatype,
      shape: [rows, ...tensor.shape.slice(1)],
      data: concatenate(
        parts.map((part) => part.data),
        tensor,
      ),
    }
  })
}

/** Views, not copies, of the stacked outputs: one list of tensors for each request. */
export const unstack = (outputs: readonly Tensor[], rows: readonly number[]): Tensor[][] => {
  const total = rows.reduce((sum, each) => sum + each, 0)
  let from = 0
  return rows.map((count) => {
    const start = from
    from += count
    return outputs.map((tensor) => {
      const width = total === 0 ? 0 : tensor.data.length / total
      const data = Array.isArray(tensor.data)
        ? tensor.data.slice(start * width, from * width)
        : tensor.data.subarray(start * width, from * width)
      return { name: tensor.name, datatype: tensor.datatype, shape: [count, ...tensor.shape.slice(1)], data }
    })
  })
}

/** Whether stacked outputs can be cut apart by rows at all. */
export const hasRows = (outputs: readonly Tensor[], rows: number): boolean =>
  outputs.every((tensor) => tensor.shape[0] === rows)

export const mayBatch = (inputs: readonly TensorSignature[], outputs: readonly TensorSignature[]): boolean =>
  inputs.length > 0 && [...inputs, ...outputs].every((each) => each.shape[0] === -1)

export const shapesMayVary = (inputs: readonly TensorSignature[]): boolean =>
  inputs.some((each) => each.anyRank || each.shape.slice(1).includes(-1))
