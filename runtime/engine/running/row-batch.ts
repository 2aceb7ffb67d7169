/** Requests of one run: their numbers go into the memory the model reads, and what it writes goes into their answers. */
import type { Tensor, TensorArray } from '../../protocol/datatypes.ts'
import { elementCount } from '../../protocol/datatypes.ts'
import type { InferRequest } from '../../protocol/infer-request.ts'
import { JsonReader } from '../../protocol/json/json-reader.ts'
import { standsAt } from '../../protocol/json/request-template.ts'
import { readTensorData, writeTensorData } from '../../protocol/json/tensor-json.ts'
import { readFloatRun } from '../../protocol/numbers/float-parser.ts'
import { writeFloats } from '../../protocol/numbers/float-writer.ts'
import type { ModelSignature, TensorSignature } from '../../protocol/signature.ts'
import { ANSWER_HEAD, FRAME_HEAD, type FrameWriter, type WireRequest, writeAnswerHead } from '../frames/frames.ts'
import type { Observations } from '../observing/observations.ts'
import type { KnownRequest } from './known-request.ts'
import type { RowMemory } from './row-memory.ts'

/** A request that was read, in a batch that failed. */
export interface ReadRequest {
  wire: WireRequest
  request: InferRequest
  parseMicros: number
}

/** Where answers go, what requests are called that have no name, and who takes those whose batch failed. */
export interface Caller {
  writer: FrameWriter
  prefix: string
  failed: (requests: ReadRequest[]) => void
}

/** A request whose numbers lie in the memory, from this row on. */
interface Taken {
  caller: Caller
  wire: WireRequest
  known: KnownRequest
  row: number
  /** When its frame came, on performance.now()'s clock. */
  cameAt: number
  parseMicros: number
}

export type Offer = Pick<Taken, 'caller' | 'wire' | 'known' | 'cameAt'>

export interface RowBatchParts {
  memory: RowMemory
  signature: ModelSignature
  observations: Observations
}

const widthOf = ({ shape }: TensorSignature): number => elementCount(shape.slice(1))

const bytesOf = (data: TensorArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

export class RowBatch {
  rows = 0
  private readonly memory: RowMemory
  private taken: Taken[] = []
  private callers: Caller[] = []
  private ranAt = 0
  private readonly signature: ModelSignature
  private readonly observations: Observations
  private readonly inputBytes: Uint8Array[]
  private readonly outputBytes: Uint8Array[]
  private readonly inputWidths: number[]
  private readonly outputWidths: number[]
  /** Where the JSON part of the body written last ends; -1 for one that is nothing else. */
  private jsonEnd = -1

  constructor({ memory, signature, observations }: RowBatchParts) {
    this.memory = memory
    this.signature = signature
    this.observations = observations
    this.inputBytes = memory.inputs.map(bytesOf)
    this.outputBytes = memory.outputs.map(bytesOf)
    this.inputWidths = signature.inputs.map(widthOf)
    this.outputWidths = signature.outputs.map(widthOf)
  }

  /** Reads the numbers, from `since` on; false for a request that is not of the kind after all. */
  take({ caller, wire, known, cameAt }: Offer, since: number): boolean {
    const row = this.rows
    if (!(known.binary ? this.readBinary(known, wire.body) : this.readJson(known, wire.body))) return false
    const parseMicros = Math.round((performance.now() - since) * 1000)
    this.taken.push({ caller, wire, known, row, cameAt, parseMicros })
    if (!this.callers.includes(caller)) this.callers.push(caller)
    this.rows = row + known.rows
    return true
  }

  run(): void {
    this.ranAt = performance.now()
    this.memory.run(this.rows)
  }

  runElsewhere(): Promise<void> {
    this.ranAt = performance.now()
    return this.memory.runElsewhere(this.rows)
  }

  /** Answers all, in a frame for each caller. */
  answer(runMicros: number): void {
    const { callers, taken } = this
    for (const caller of callers) {
      const its = callers.length === 1 ? taken : taken.filter((each) => each.caller === caller)
      this.answerTo(caller, its, runMicros)
    }
  }

  /** Hands all to the ordinary way, with copies of their numbers: this memory is used again. */
  giveUp(): void {
    for (const caller of this.callers) {
      const its = this.taken.filter((each) => each.caller === caller)
      caller.failed(its.map((taken) => this.readAgain(taken)))
    }
  }

  clear(): void {
    this.taken = []
    this.callers = []
    this.rows = 0
  }

  private readAgain(taken: Taken): ReadRequest {
    const { wire, known, parseMicros } = taken
    const inputs = this.inputsOf(taken).map((each) => ({ ...each, data: each.data.slice() }))
    return { wire, request: { id: known.id, inputs, outputs: known.outputs }, parseMicros }
  }

  private readBinary(known: KnownRequest, body: Buffer): boolean {
    let at = known.literals[0]?.length ?? 0
    for (let index = 0; index < known.order.length; index++) {
      const place = known.order[index] ?? 0
      const data = this.memory.inputs[place]
      const target = this.inputBytes[place]
      if (!data || !target) return false
      const size = data.BYTES_PER_ELEMENT
      const end = at + (known.counts[index] ?? 0) * size
      if (end > body.length) return false
      body.copy(target, this.rows * (this.inputWidths[place] ?? 0) * size, at, end)
      at = end
    }
    return at === body.length
  }

  private readJson(known: KnownRequest, body: Buffer): boolean {
    let at = known.literals[0]?.length ?? 0
    for (let index = 0; index < known.order.length; index++) {
      const place = known.order[index] ?? 0
      const data = this.memory.inputs[place]
      const from = this.rows * (this.inputWidths[place] ?? 0)
      const to = from + (known.counts[index] ?? 0)
      let end = data instanceof Float32Array && body[at] === 0x5b ? readFloats(data, body, at, from, to) : -1
      if (end < 0) end = this.readOther(place, known.shapes[index] ?? [], body, at, from, to)
      const literal = known.literals[index + 1]
      if (end < 0 || !literal || !standsAt(body, end, body.length, literal)) return false
      at = end + literal.length
    }
    return at === body.length
  }

  private readOther(place: number, shape: number[], body: Buffer, at: number, from: number, to: number): number {
    const wanted = this.signature.inputs[place]
    const data = this.memory.inputs[place]
    if (!wanted || !data) return -1
    const reader = new JsonReader(body, at)
    try {
      readTensorData(reader, { name: wanted.name, datatype: wanted.datatype, shape, data: data.subarray(from, to) })
    } catch {
      return -1 // the ordinary way says what is wrong
    }
    return reader.position
  }

  private inputsOf({ row, known: { rows } }: Taken): Tensor[] {
    return tensors(this.signature.inputs, this.memory.inputs, this.inputWidths, row, rows)
  }

  private outputsOf({ row, known: { rows } }: Taken): Tensor[] {
    return tensors(this.signature.outputs, this.memory.outputs, this.outputWidths, row, rows)
  }

  private answerTo({ writer, prefix }: Caller, taken: readonly Taken[], runMicros: number): void {
    const { rows } = this
    const began = performance.now()
    let size = FRAME_HEAD + taken.length * ANSWER_HEAD
    let at = size
    for (const each of taken) size += each.known.answerBytes
    writer.reserve(size)
    const { bytes, view } = writer
    let place = FRAME_HEAD
    for (const each of taken) {
      const from = at
      at = this.writeBody(each, bytes, from)
      const jsonLength = this.jsonEnd < 0 ? undefined : this.jsonEnd - from
      const { parseMicros, wire } = each
      const waitMicros = Math.max(0, Math.round((this.ranAt - each.cameAt) * 1000) - parseMicros)
      const timing = { parseMicros, waitMicros, runMicros, writeMicros: 0, batchRows: rows }
      writeAnswerHead(view, place, { id: wire.id, status: 200, jsonLength, ...timing, from, to: at })
      place += ANSWER_HEAD
      this.observe(each, prefix)
    }
    // All were written in one go, and each took its share of that.
    const writeMicros = Math.round(((performance.now() - began) * 1000) / taken.length)
    for (let head = FRAME_HEAD; head < place; head += ANSWER_HEAD) view.setUint32(head + 24, writeMicros, true)
    writer.send(taken.length, at)
  }

  private observe(each: Taken, prefix: string): void {
    const { observations } = this
    if (observations.plain) observations.countRows(each.known.rows)
    else {
      const name = each.known.id || each.wire.name || `${prefix}${each.wire.id.toString(36)}`
      observations.observe(name, this.inputsOf(each), this.outputsOf(each))
    }
  }

  private writeText(out: Buffer, at: number, index: number, from: number, to: number): number {
    const data = this.memory.outputs[index]
    const output = this.signature.outputs[index]
    if (!data || !output) return at
    if (data instanceof Float32Array) return writeFloats(out, at, data, from, to)
    const { name, datatype } = output
    const tensor = { name, datatype, shape: [to - from], data: data.subarray(from, to) }
    return at + out.write(writeTensorData(tensor), at, 'latin1')
  }

  /** Returns where the body ends. */
  private writeBody({ known, row }: Taken, out: Buffer, start: number): number {
    let at = start
    let literal = 0
    let isBinary = false
    for (const { index, binary } of known.outputs) {
      isBinary ||= binary
      if (binary) continue
      at += known.answer[literal++]?.copy(out, at) ?? 0
      const width = this.outputWidths[index] ?? 0
      at = this.writeText(out, at, index, row * width, (row + known.rows) * width)
    }
    at += known.answer[literal]?.copy(out, at) ?? 0
    this.jsonEnd = isBinary ? at : -1
    if (!isBinary) return at
    for (const { index, binary } of known.outputs) {
      const data = this.memory.outputs[index]
      const source = this.outputBytes[index]
      if (!binary || !data || !source) continue
      const size = (this.outputWidths[index] ?? 0) * data.BYTES_PER_ELEMENT
      out.set(source.subarray(row * size, (row + known.rows) * size), at)
      at += known.rows * size
    }
    return at
  }
}

const readFloats = (data: Float32Array, body: Buffer, at: number, from: number, to: number): number => {
  const run = readFloatRun(body, at + 1, body.length, data, from, to)
  return run.filled === to && !run.more && body[run.position] === 0x5d ? run.position + 1 : -1
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
