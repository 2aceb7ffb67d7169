/**
 * The short way through an engine, for what most requests are: rows of numbers, put the way the same client put them
 * before. Numbers go from the frame straight into the memory the model reads, all rows run at once, and answers are
 * written straight into the frame that goes back. Whatever is not of this kind, or fails, takes the ordinary way.
 */
import type { Tensor, TensorArray } from '../../protocol/datatypes.ts'
import { datatypeFacts, elementCount } from '../../protocol/datatypes.ts'
import type { InferRequest } from '../../protocol/infer-request.ts'
import type { AnswerHead } from '../../protocol/infer-response.ts'
import { JsonReader } from '../../protocol/json/json-reader.ts'
import { type RequestTemplate, standsAt, templateOf } from '../../protocol/json/request-template.ts'
import { readTensorData, writeTensorData } from '../../protocol/json/tensor-json.ts'
import { readFloatRun } from '../../protocol/numbers/float-parser.ts'
import { FLOAT_TEXT, writeFloats } from '../../protocol/numbers/float-writer.ts'
import type { ModelSignature, TensorSignature } from '../../protocol/signature.ts'
import {
  ANSWER_HEAD,
  bodyKind,
  FRAME_HEAD,
  type FrameWriter,
  type WireRequest,
  writeAnswerHead,
} from '../frames/frames.ts'
import type { Observations } from '../observing/observations.ts'
import type { RowMemory } from './row-memory.ts'

export interface RowLaneParts {
  memory: RowMemory
  signature: ModelSignature
  head: AnswerHead
  observations: Observations
}

/** A template and what its answers look like. */
interface Known extends RequestTemplate {
  /** The bytes before each output's elements, and those after the last. */
  answer: Buffer[]
  /** What an answer takes at most. */
  answerBytes: number
}

interface Taken {
  wire: WireRequest
  known: Known
  row: number
  parseMicros: number
}

const MAX_KNOWN = 4
/** Requests that never look alike are not worth remembering. */
const FRUITLESS = 64

const widthOf = ({ shape }: TensorSignature): number => elementCount(shape.slice(1))

const bytesOf = (data: TensorArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

export interface RowLane {
  /** Answers what it can; returns the rest. */
  run: (items: readonly WireRequest[], writer: FrameWriter, prefix: string) => readonly WireRequest[]
  /** Told of a request that took the ordinary way. */
  learn: (wire: WireRequest, request: InferRequest) => void
}

const MAX_MEMORY = 16_777_216

/** How many rows the lane has room for; 0 where it cannot be used. */
export const rowCapacity = ({ inputs, outputs }: ModelSignature, maxBatch: number): number => {
  // Any byte but 0 is true in a binary body, and the model must get 1.
  if (inputs.some((each) => each.datatype === 'BOOL' || each.anyRank)) return 0
  const rowBytes = [...inputs, ...outputs].reduce(
    (sum, each) => sum + widthOf(each) * datatypeFacts(each.datatype).size,
    1,
  )
  return Math.min(maxBatch, Math.floor(MAX_MEMORY / rowBytes))
}

export const createRowLane = ({ memory, signature, head, observations }: RowLaneParts): RowLane => {
  const { inputs, outputs } = memory
  const inputBytes = inputs.map(bytesOf)
  const outputBytes = outputs.map(bytesOf)
  const inputWidths = signature.inputs.map(widthOf)
  const outputWidths = signature.outputs.map(widthOf)
  const known: Known[] = []
  let fruitless = 0
  let broken = false
  const answerOf = (template: RequestTemplate): Pick<Known, 'answer' | 'answerBytes'> => {
    const { id, rows } = template
    let text = `{${head.modelFields}${id === '' ? '' : `,"id":${JSON.stringify(id)}`},"outputs":[`
    const texts: string[] = []
    let size = 0
    template.outputs.forEach(({ index, binary }, position) => {
      const output = signature.outputs[index]
      if (!output) return
      const count = rows * (outputWidths[index] ?? 0)
      text += `${position === 0 ? '' : ','}{"name":${JSON.stringify(output.name)},"datatype":"${output.datatype}","shape":[${[rows, ...output.shape.slice(1)]}],`
      if (binary) {
        const bytes = count * datatypeFacts(output.datatype).size
        size += bytes
        text += `"parameters":{"binary_data_size":${bytes}}}`
      } else {
        size += count * FLOAT_TEXT
        texts.push(`${text}"data":[`)
        text = ']}'
      }
    })
    const answer = [...texts, `${text}]}`].map((each) => Buffer.from(each))
    return { answer, answerBytes: answer.reduce((sum, each) => sum + each.length, size) }
  }

  const fillBinary = (each: Known, body: Buffer, row: number): boolean => {
    let at = each.literals[0]?.length ?? 0
    for (let index = 0; index < each.order.length; index++) {
      const place = each.order[index] ?? 0
      const data = inputs[place]
      const target = inputBytes[place]
      if (!data || !target) return false
      const size = data.BYTES_PER_ELEMENT
      const end = at + (each.counts[index] ?? 0) * size
      if (end > body.length) return false
      body.copy(target, row * (inputWidths[place] ?? 0) * size, at, end)
      at = end
    }
    return at === body.length
  }

  const fillFloats = (data: Float32Array, body: Buffer, at: number, from: number, to: number): number => {
    const run = readFloatRun(body, at + 1, body.length, data, from, to)
    return run.filled === to && !run.more && body[run.position] === 0x5d ? run.position + 1 : -1
  }

  const fillOther = (place: number, shape: number[], body: Buffer, at: number, from: number, to: number): number => {
    const wanted = signature.inputs[place]
    const data = inputs[place]
    if (!wanted || !data) return -1
    const reader = new JsonReader(body, at)
    try {
      readTensorData(reader, { name: wanted.name, datatype: wanted.datatype, shape, data: data.subarray(from, to) })
    } catch {
      return -1 // the ordinary way says what is wrong
    }
    return reader.position
  }

  const fillJson = (each: Known, body: Buffer, row: number): boolean => {
    let at = each.literals[0]?.length ?? 0
    for (let index = 0; index < each.order.length; index++) {
      const place = each.order[index] ?? 0
      const data = inputs[place]
      const from = row * (inputWidths[place] ?? 0)
      const to = from + (each.counts[index] ?? 0)
      let end = data instanceof Float32Array && body[at] === 0x5b ? fillFloats(data, body, at, from, to) : -1
      if (end < 0) end = fillOther(place, each.shapes[index] ?? [], body, at, from, to)
      const literal = each.literals[index + 1]
      if (end < 0 || !literal || !standsAt(body, end, body.length, literal)) return false
      at = end + literal.length
    }
    return at === body.length
  }

  /** The template a request follows; `fill` then reads its numbers. */
  const find = ({ body, jsonLength }: WireRequest): Known | undefined => {
    for (const each of known) {
      const [first] = each.literals
      if (!first || each.binary !== (jsonLength !== undefined)) continue
      if (each.binary && jsonLength !== first.length) continue
      if (standsAt(body, 0, body.length, first)) return each
    }
    return undefined
  }

  const tensors = (
    signatures: readonly TensorSignature[],
    arrays: readonly TensorArray[],
    widths: readonly number[],
    row: number,
    rows: number,
  ): Tensor[] =>
    signatures.map(({ name, datatype, shape }, index) => {
      const width = widths[index] ?? 0
      const data = arrays[index]?.subarray(row * width, (row + rows) * width) ?? new Uint8Array(0)
      return { name, datatype, shape: [rows, ...shape.slice(1)], data }
    })

  const observe = ({ wire, known: { id, rows }, row }: Taken, prefix: string): void => {
    if (observations.plain) {
      observations.countRows(rows)
      return
    }
    observations.observe(
      id || wire.name || `${prefix}${wire.id.toString(36)}`,
      tensors(signature.inputs, inputs, inputWidths, row, rows),
      tensors(signature.outputs, outputs, outputWidths, row, rows),
    )
  }

  const writeText = (out: Buffer, at: number, index: number, from: number, to: number): number => {
    const data = outputs[index]
    const output = signature.outputs[index]
    if (!data || !output) return at
    if (data instanceof Float32Array) return writeFloats(out, at, data, from, to)
    const { name, datatype } = output
    return (
      at +
      out.write(writeTensorData({ name, datatype, shape: [to - from], data: data.subarray(from, to) }), at, 'latin1')
    )
  }

  /** Returns where the body ends; its JSON part ends at `jsonEnd`. */
  let jsonEnd = 0
  const writeBody = ({ known: each, row }: Taken, out: Buffer, start: number): number => {
    let at = start
    let literal = 0
    let isBinary = false
    for (const { index, binary } of each.outputs) {
      isBinary ||= binary
      if (binary) continue
      at += each.answer[literal++]?.copy(out, at) ?? 0
      const from = row * (outputWidths[index] ?? 0)
      at = writeText(out, at, index, from, from + each.rows * (outputWidths[index] ?? 0))
    }
    at += each.answer[literal]?.copy(out, at) ?? 0
    jsonEnd = isBinary ? at : -1
    if (!isBinary) return at
    for (const { index, binary } of each.outputs) {
      const data = outputs[index]
      const source = outputBytes[index]
      if (!binary || !data || !source) continue
      const size = (outputWidths[index] ?? 0) * data.BYTES_PER_ELEMENT
      out.set(source.subarray(row * size, (row + each.rows) * size), at)
      at += each.rows * size
    }
    return at
  }

  const send = (taken: readonly Taken[], rows: number, began: number, writer: FrameWriter, prefix: string): void => {
    const ran = performance.now()
    memory.run(rows)
    const runEnd = performance.now()
    const runMicros = Math.round((runEnd - ran) * 1000)
    const waitMicros = Math.round((ran - began) * 1000)
    let size = FRAME_HEAD + taken.length * ANSWER_HEAD
    let at = size
    for (const each of taken) size += each.known.answerBytes
    writer.reserve(size)
    const { bytes, view } = writer
    let place = FRAME_HEAD
    for (const each of taken) {
      const from = at
      at = writeBody(each, bytes, from)
      const jsonLength = jsonEnd < 0 ? undefined : jsonEnd - from
      const { parseMicros, wire } = each
      const timing = { parseMicros, waitMicros: waitMicros - parseMicros, runMicros, writeMicros: 0, batchRows: rows }
      writeAnswerHead(view, place, { id: wire.id, status: 200, jsonLength, ...timing, from, to: at })
      place += ANSWER_HEAD
      observe(each, prefix)
    }
    // All were written in one go, and each took its share of that.
    const writeMicros = Math.round(((performance.now() - runEnd) * 1000) / taken.length)
    for (let head = FRAME_HEAD; head < place; head += ANSWER_HEAD) view.setUint32(head + 24, writeMicros, true)
    writer.send(taken.length, at)
  }

  const run = (items: readonly WireRequest[], writer: FrameWriter, prefix: string): readonly WireRequest[] => {
    if (broken || known.length === 0) return items
    const began = performance.now()
    const left: WireRequest[] = []
    let taken: Taken[] = []
    let row = 0

    const flush = (): void => {
      if (taken.length === 0) return
      try {
        send(taken, row, began, writer, prefix)
      } catch (error) {
        // The ordinary way runs each alone where it must, so that only the culprit fails.
        if (error instanceof Error && /shape|dimension/i.test(error.message)) broken = true
        for (const { wire } of taken) left.push(wire)
      }
      taken = []
      row = 0
    }

    let before = began
    for (const wire of items) {
      const each = broken || wire.kind !== bodyKind.infer || wire.slot ? undefined : find(wire)
      if (!each || each.rows > memory.capacity) {
        left.push(wire)
        continue
      }
      if (row + each.rows > memory.capacity) flush()
      if (each.binary ? fillBinary(each, wire.body, row) : fillJson(each, wire.body, row)) {
        const now = performance.now()
        taken.push({ wire, known: each, row, parseMicros: Math.round((now - before) * 1000) })
        before = now
        row += each.rows
      } else left.push(wire)
    }
    flush()
    if (left.length === 0) fruitless = 0
    return left
  }

  const learn = (wire: WireRequest, request: InferRequest): void => {
    if (broken || wire.kind !== bodyKind.infer || wire.slot) return
    if (++fruitless > FRUITLESS && fruitless % FRUITLESS !== 0) return
    const template = templateOf(wire.body, wire.jsonLength, request, signature)
    if (!template || template.rows > memory.capacity) return
    known.unshift({ ...template, ...answerOf(template) })
    if (known.length > MAX_KNOWN) known.pop()
  }

  return { run, learn }
}
