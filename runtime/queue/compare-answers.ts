/** Whether a shadow's answer says the same as the one that was returned; numbers may differ by a thousandth. */
import type { WireAnswer } from '../engine/frames/frames.ts'

const MAX_COMPARED = 65_536
const TOLERANCE = 1e-3

const jsonEnd = (answer: WireAnswer): number =>
  answer.jsonLength === undefined ? answer.to : Math.min(answer.to, answer.from + answer.jsonLength)

const outputsOf = (answer: WireAnswer): unknown => {
  const text = answer.bytes.toString('utf8', answer.from, jsonEnd(answer))
  const parsed: unknown = JSON.parse(text)
  return typeof parsed === 'object' && parsed !== null && 'outputs' in parsed ? parsed.outputs : parsed
}

const same = (a: unknown, b: unknown): boolean => {
  if (typeof a === 'number' && typeof b === 'number') {
    return a === b || Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b))
  }
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, index) => same(each, b[index]))
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const others = new Map(Object.entries(b))
    const own = Object.entries(a)
    return own.length === others.size && own.every(([key, value]) => same(value, others.get(key)))
  }
  return a === b
}

const tail = (answer: WireAnswer): Buffer => answer.bytes.subarray(jsonEnd(answer), answer.to)

const whole = (answer: WireAnswer): Buffer => answer.bytes.subarray(answer.from, answer.to)

export const sameOutputs = (a: WireAnswer, b: WireAnswer): boolean => {
  if (a.status !== b.status) return false
  if (a.to - a.from > MAX_COMPARED || b.to - b.from > MAX_COMPARED) return Buffer.compare(tail(a), tail(b)) === 0
  try {
    return same(outputsOf(a), outputsOf(b)) && Buffer.compare(tail(a), tail(b)) === 0
  } catch {
    return Buffer.compare(whole(a), whole(b)) === 0 // no JSON: a gRPC answer
  }
}
