/** Protocol Buffers' wire format, read field by field without copying and without trusting a single length. */
import type { ByteWindow } from './byte-window.ts'
import { refuse } from './refusal.ts'

export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
export const FIXED32 = 5

/** As deep as protobuf's own C++ reader goes. */
const MAX_DEPTH = 100
const MAX_FIELDS = 50_000_000
const MAX_TEXT_BYTES = 1024 * 1024
const MAX_TEXT_TOTAL = 64 * 1024 * 1024

const decoder = new TextDecoder()

/** What one reading may spend in all, however its fields are nested. */
export type Budget = { fields: number; text: number }

export const newBudget = (): Budget => ({ fields: MAX_FIELDS, text: MAX_TEXT_TOTAL })

/** One message: `next()` moves to a field, then `field`, `wire` and the getters describe it. */
export class Message {
  field = 0
  wire = 0
  #position: number
  #valueStart = 0
  #valueEnd = 0
  readonly #window: ByteWindow
  readonly #end: number
  readonly #depth: number
  readonly #budget: Budget

  constructor(window: ByteWindow, from: number, to: number, budget: Budget, depth = 0) {
    if (depth > MAX_DEPTH)
      refuse(
        'too-complex',
        `The model nests messages more than ${MAX_DEPTH} deep.`,
        'Flatten the subgraphs of the model.',
      )
    this.#window = window
    this.#position = from
    this.#end = to
    this.#budget = budget
    this.#depth = depth
  }

  next(): boolean {
    if (this.#position >= this.#end) return false
    if (this.#budget.fields-- <= 0) this.#tooMany()
    const tag = this.#number()
    this.field = Math.floor(tag / 8)
    this.wire = tag % 8
    if (this.field === 0 || tag > 0xffffffff)
      refuse('malformed', `The file has an impossible field number at byte ${this.#position}.`)
    this.#valueStart = this.#position
    this.#skip()
    return true
  }

  /** Whether the current field is this one, in the wire type its schema gives it; otherwise protobuf calls it unknown. */
  is(field: number, wire: number): boolean {
    return this.field === field && this.wire === wire
  }

  int64(): bigint {
    let value = 0n
    let shift = 0n
    for (let at = this.#valueStart; at < this.#valueEnd; at += 1) {
      value |= BigInt(this.#window.at(at) & 0x7f) << shift
      shift += 7n
    }
    return BigInt.asIntN(64, value)
  }

  text(): string {
    const length = this.#valueEnd - this.#valueStart
    this.#budget.text -= length
    if (length > MAX_TEXT_BYTES || this.#budget.text < 0) {
      refuse(
        'too-complex',
        'The model carries names or descriptions of more than a megabyte.',
        'Shorten the names and the metadata of the model.',
      )
    }
    return decoder.decode(this.#window.slice(this.#valueStart, this.#valueEnd))
  }

  message(): Message {
    return new Message(this.#window, this.#valueStart, this.#valueEnd, this.#budget, this.#depth + 1)
  }

  /** The current field as numbers written one behind the other, as a packed repeated field has them. */
  packed(): number[] {
    const inside = this.message()
    const numbers: number[] = []
    while (inside.#position < inside.#end) {
      if (this.#budget.fields-- <= 0) this.#tooMany()
      numbers.push(inside.#number())
    }
    return numbers
  }

  #number(): number {
    let value = 0
    let scale = 1
    for (let count = 0; count < 10; count += 1) {
      if (this.#position >= this.#end) this.#cut()
      const byte = this.#window.at(this.#position)
      this.#position += 1
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    return refuse('malformed', `The file has an endless number at byte ${this.#position}.`)
  }

  #skip(): void {
    if (this.wire === VARINT) {
      this.#number()
      this.#valueEnd = this.#position
      return
    }
    const length = this.#payload()
    this.#valueStart = this.#position
    this.#valueEnd = this.#position + length
    if (!(this.#valueEnd <= this.#end)) this.#cut()
    this.#position = this.#valueEnd
  }

  #payload(): number {
    if (this.wire === BYTES) return this.#number()
    if (this.wire === FIXED32) return 4
    if (this.wire === FIXED64) return 8
    return refuse('malformed', `The file has a field of an unknown kind (${this.wire}) at byte ${this.#position}.`)
  }

  #tooMany(): never {
    return refuse(
      'too-complex',
      `The model has more than ${MAX_FIELDS} fields.`,
      'Store weights as raw_data, or split the model.',
    )
  }

  #cut(): never {
    return refuse(
      'truncated',
      `A part of the file that starts before byte ${this.#position} claims to reach beyond byte ${this.#end}, where it must end.`,
      'The file is cut short or damaged: upload it again, or export it again.',
    )
  }
}
