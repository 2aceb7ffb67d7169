/**
 * What requests of one client have in common: everything but the numbers. Such a request is read once in full; those that
 * follow are compared byte by byte, and only their numbers are parsed. What differs in any other byte is read in full.
 */
import { elementCount } from '../datatypes.ts'
import type { InferRequest, RequestedOutput } from '../infer-request.ts'
import type { ModelSignature } from '../signature.ts'

export interface RequestTemplate {
  /** The elements stand in the JSON, or follow it as bytes. */
  binary: boolean
  /** The bytes before, between and after the elements of the inputs; of a binary request the whole JSON part. */
  literals: Buffer[]
  /** Which input each of them is, by its place in the signature. */
  order: number[]
  shapes: number[][]
  counts: number[]
  rows: number
  id: string
  outputs: RequestedOutput[]
}

const MAX_LITERALS = 4096

/** Undefined for a request that is not of the kind. */
export const templateOf = (
  body: Buffer,
  jsonLength: number | undefined,
  request: InferRequest,
  signature: ModelSignature,
): RequestTemplate | undefined => {
  const { spans, inputs, outputs, id } = request
  const rows = inputs[0]?.shape[0]
  if (!spans || rows === undefined || rows < 1 || inputs.some((each) => each.shape[0] !== rows)) return undefined
  if (outputs.some((each) => each.classes > 0)) return undefined
  const binary = jsonLength !== undefined && spans.every((each) => each.start < 0)
  if (!binary && (jsonLength !== undefined || spans.some((each) => each.end < 0))) return undefined
  const literals: Buffer[] = []
  if (binary) literals.push(Buffer.from(body.subarray(0, jsonLength)))
  else {
    let at = 0
    for (const { start, end } of spans) {
      literals.push(Buffer.from(body.subarray(at, start)))
      at = end
    }
    literals.push(Buffer.from(body.subarray(at)))
  }
  if (literals.reduce((sum, each) => sum + each.length, 0) > MAX_LITERALS) return undefined
  const order = spans.map(({ name }) => signature.inputs.findIndex((each) => each.name === name))
  const shapes = order.map((index) => inputs[index]?.shape ?? [])
  return { binary, literals, order, shapes, counts: shapes.map(elementCount), rows, id, outputs }
}

/** Whether these bytes stand there; plain comparing beats a call into native code for what is this short. */
export const standsAt = (bytes: Uint8Array, at: number, end: number, literal: Uint8Array): boolean => {
  const { length } = literal
  if (at + length > end) return false
  for (let index = 0; index < length; index++) if (bytes[at + index] !== literal[index]) return false
  return true
}
