/** The little of Protocol Buffers that the gRPC side of the protocol needs, over bytes that may be anything. */
import { invalid } from '../errors.ts'

export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

export class ProtoReader {
  readonly bytes: Buffer
  position: number
  readonly end: number
  field = 0
  type = 0

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.position = start
    this.end = end
  }

  /** Moves to the next field; false at the end. */
  next(): boolean {
    if (this.position >= this.end) return false
    const tag = Number(this.varint())
    this.field = Math.floor(tag / 8)
    this.type = tag % 8
    return true
  }

  varint(): bigint {
    let low = 0
    let shift = 0
    const { bytes, end } = this
    while (shift < 28 && this.position < end) {
      const byte = bytes[this.position++] ?? 0
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return BigInt(low)
      shift += 7
    }
    let value = BigInt(low)
    for (; shift < 70 && this.position < end; shift += 7) {
      const byte = bytes[this.position++] ?? 0
      value |= BigInt(byte & 0x7f) << BigInt(shift)
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw invalid('the message ends inside a number')
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.varint())
  }

  /** The bytes of a length-delimited field, as a view. */
  slice(): Buffer {
    const length = Number(this.varint())
    const start = this.position
    if (length > this.end - start) throw invalid('a field of the message is longer than the message')
    this.position = start + length
    return this.bytes.subarray(start, this.position)
  }

  text(): string {
    return this.slice().toString('utf8')
  }

  message(): ProtoReader {
    return new ProtoReader(this.slice())
  }

  skip(): void {
    if (this.type === wire.varint) this.varint()
    else if (this.type === wire.bytes) this.slice()
    else {
      const size = this.type === wire.fixed64 ? 8 : this.type === wire.fixed32 ? 4 : this.end + 1
      if (this.position + size > this.end) throw invalid('the message has a field that cannot be read')
      this.position += size
    }
  }
}

export const varintBytes = (value: number | bigint): Buffer => {
  const out: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  out.push(Number(rest))
  return Buffer.from(out)
}

export class ProtoWriter {
  private readonly parts: Buffer[] = []

  int(field: number, value: number | bigint): this {
    this.parts.push(varintBytes(field * 8), varintBytes(value))
    return this
  }

  double(field: number, value: number): this {
    const out = Buffer.allocUnsafe(8)
    out.writeDoubleLE(value)
    this.parts.push(varintBytes(field * 8 + wire.fixed64), out)
    return this
  }

  fixed64(field: number, value: bigint): this {
    const out = Buffer.allocUnsafe(8)
    out.writeBigUInt64LE(value)
    this.parts.push(varintBytes(field * 8 + wire.fixed64), out)
    return this
  }

  bool(field: number, value: boolean): this {
    return value ? this.int(field, 1) : this
  }

  bytes(field: number, value: Uint8Array): this {
    const view = Buffer.from(value.buffer, value.byteOffset, value.length)
    this.parts.push(varintBytes(field * 8 + wire.bytes), varintBytes(view.length), view)
    return this
  }

  /** Nothing is written for empty text, as the format wants it. */
  text(field: number, value: string): this {
    return value === '' ? this : this.bytes(field, Buffer.from(value))
  }

  message(field: number, value: ProtoWriter): this {
    return this.bytes(field, value.finish())
  }

  /** Repeated integers in one field. */
  packed(field: number, values: readonly (number | bigint)[]): this {
    return values.length === 0 ? this : this.bytes(field, Buffer.concat(values.map(varintBytes)))
  }

  finish(): Buffer {
    return Buffer.concat(this.parts)
  }
}
