/**
 * What travels between an acceptor and an engine over their Unix socket: frames of many requests, or many answers. Both
 * sides keep the memory they write frames into and read them from.
 */
import type { Socket } from 'node:net'
import { returnMemory, takeBuffer } from '../../protocol/kept-memory.ts'

export const FRAME_HEAD = 8
const REQUEST_HEAD = 24
export const ANSWER_HEAD = 32
const NONE = 0xffffffff

/** How a body is to be read, and so how the answer is to be written. */
export const bodyKind = { infer: 0, predict: 1, grpc: 2 } as const
export type BodyKind = (typeof bodyKind)[keyof typeof bodyKind]

/** What the sender has of a request. */
export interface OutgoingRequest {
  kind: BodyKind
  /** What the caller calls this request in a header, plain ASCII of at most 200 characters; empty when it does not say. */
  name: string
  /** Length of the JSON part before binary tensors; undefined when there is none. */
  jsonLength: number | undefined
  /** The body is `length` bytes from `from` on, or lies in a slot. */
  bytes: Buffer
  from: number
  length: number
  slot: { id: number; length: number } | undefined
}

export interface WireRequest {
  id: number
  kind: BodyKind
  name: string
  jsonLength: number | undefined
  /** The body, or nothing when it lies in a slot. */
  body: Buffer
  slot: { id: number; length: number } | undefined
}

export interface WireAnswer {
  id: number
  status: number
  jsonLength: number | undefined
  parseMicros: number
  waitMicros: number
  runMicros: number
  writeMicros: number
  /** Rows of the batch it ran in; 0 when it did not run. */
  batchRows: number
  /** The body is what lies between `from` and `to`. */
  bytes: Buffer
  from: number
  to: number
}

const lengthOrNone = (value: number): number | undefined => (value === NONE ? undefined : value)

const kindOf = (value: number): BodyKind =>
  value === bodyKind.predict ? bodyKind.predict : value === bodyKind.grpc ? bodyKind.grpc : bodyKind.infer

const FIRST_MEMORY = 65_536
/** A body above this size is not copied into the frame but written after it. */
const INLINE = 131_072

/** What is used of a socket here. */
export type FrameSocket = Pick<Socket, 'write' | 'cork' | 'uncork' | 'writableLength' | 'destroyed'>

/** Memory that frames are put together in, and a socket they leave by. */
export class FrameWriter {
  bytes = takeBuffer(FIRST_MEMORY)
  view = new DataView(this.bytes.buffer)
  private readonly socket: FrameSocket

  constructor(socket: FrameSocket) {
    this.socket = socket
  }

  /** Makes room for so many bytes; the first `keep` stay. */
  reserve(size: number, keep = 0): void {
    if (size <= this.bytes.length) return
    const bytes = takeBuffer(Math.max(size, 2 * this.bytes.length))
    this.bytes.copy(bytes, 0, 0, keep)
    returnMemory(this.bytes.buffer)
    this.bytes = bytes
    this.view = new DataView(bytes.buffer)
  }

  /** Sends the first `filled` bytes as a frame, with what has no place in it. */
  send(count: number, filled: number, after: readonly Buffer[] = []): void {
    let length = filled - FRAME_HEAD
    for (const each of after) length += each.length
    this.view.setUint32(0, length, true)
    this.view.setUint32(4, count, true)
    const { socket, bytes } = this
    if (socket.destroyed) return
    let left = false
    const returnIfLeft = () => void (left && returnMemory(bytes.buffer))
    if (after.length > 0) socket.cork()
    socket.write(bytes.subarray(0, filled), filled > FIRST_MEMORY ? returnIfLeft : undefined)
    for (const each of after) socket.write(each, () => returnMemory(each.buffer))
    if (after.length > 0) socket.uncork()
    // What the socket could not take at once it still reads from, so this memory is left to it.
    left = socket.writableLength > 0
    if (left || bytes.length > 64 * FIRST_MEMORY) {
      if (!left) returnMemory(bytes.buffer)
      this.bytes = takeBuffer(FIRST_MEMORY)
      this.view = new DataView(this.bytes.buffer)
    }
  }
}

export const sendRequests = (writer: FrameWriter, items: readonly OutgoingRequest[], ids: readonly number[]): void => {
  let size = FRAME_HEAD + items.length * REQUEST_HEAD
  for (const item of items) size += item.name.length + (item.length > INLINE ? 0 : item.length)
  writer.reserve(size)
  const { bytes, view } = writer
  // Once a body goes after the frame, all that follow it do.
  const after: Buffer[] = []
  let head = FRAME_HEAD
  let at = FRAME_HEAD + items.length * REQUEST_HEAD
  for (const item of items) at += bytes.write(item.name, at, 'latin1')
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    if (item === undefined) continue
    view.setUint32(head, ids[index] ?? 0, true)
    view.setUint16(head + 4, item.kind, true)
    view.setUint16(head + 6, item.name.length, true)
    view.setUint32(head + 8, item.jsonLength ?? NONE, true)
    view.setUint32(head + 12, item.length, true)
    view.setUint32(head + 16, item.slot?.id ?? 0, true)
    view.setUint32(head + 20, item.slot?.length ?? 0, true)
    head += REQUEST_HEAD
    if (item.length > INLINE || after.length > 0) {
      // A small body's memory is used again as soon as it is sent.
      const body = item.bytes.subarray(item.from, item.from + item.length)
      after.push(item.length > INLINE ? body : Buffer.from(body))
    } else {
      item.bytes.copy(bytes, at, item.from, item.from + item.length)
      at += item.length
    }
  }
  writer.send(items.length, at, after)
}

export const writeAnswerHead = (view: DataView, at: number, item: Omit<WireAnswer, 'bytes'>): void => {
  view.setUint32(at, item.id, true)
  view.setUint16(at + 4, item.status, true)
  view.setUint16(at + 6, Math.min(item.batchRows, 0xffff), true)
  view.setUint32(at + 8, item.jsonLength ?? NONE, true)
  view.setUint32(at + 12, item.parseMicros >>> 0, true)
  view.setUint32(at + 16, item.waitMicros >>> 0, true)
  view.setUint32(at + 20, item.runMicros >>> 0, true)
  view.setUint32(at + 24, item.writeMicros >>> 0, true)
  view.setUint32(at + 28, item.to - item.from, true)
}

/** The memory of the bodies goes back to where it was taken from. */
export const sendAnswers = (writer: FrameWriter, items: readonly WireAnswer[]): void => {
  let at = FRAME_HEAD + items.length * ANSWER_HEAD
  let inline = at
  for (const item of items) inline += item.to - item.from > INLINE ? 0 : item.to - item.from
  writer.reserve(inline)
  const { bytes, view } = writer
  const after: Buffer[] = []
  let head = FRAME_HEAD
  for (const item of items) {
    writeAnswerHead(view, head, item)
    head += ANSWER_HEAD
    if (item.to - item.from > INLINE || after.length > 0) after.push(item.bytes.subarray(item.from, item.to))
    else {
      item.bytes.copy(bytes, at, item.from, item.to)
      returnMemory(item.bytes.buffer)
      at += item.to - item.from
    }
  }
  writer.send(items.length, at, after)
}

/** Views into the frame, which starts at `from`. */
export const readRequests = (bytes: Buffer, from: number, count: number): WireRequest[] => {
  const items: WireRequest[] = []
  let name = from + count * REQUEST_HEAD
  let body = name
  for (let index = 0; index < count; index++) body += bytes.readUInt16LE(from + index * REQUEST_HEAD + 6)
  for (let index = 0; index < count; index++) {
    const at = from + index * REQUEST_HEAD
    const nameEnd = name + bytes.readUInt16LE(at + 6)
    const end = body + bytes.readUInt32LE(at + 12)
    const slot = bytes.readUInt32LE(at + 16)
    items.push({
      id: bytes.readUInt32LE(at),
      slot: slot === 0 ? undefined : { id: slot, length: bytes.readUInt32LE(at + 20) },
      kind: kindOf(bytes.readUInt16LE(at + 4)),
      name: nameEnd === name ? '' : bytes.toString('latin1', name, nameEnd),
      jsonLength: lengthOrNone(bytes.readUInt32LE(at + 8)),
      body: bytes.subarray(body, end),
    })
    name = nameEnd
    body = end
  }
  return items
}

/** Throws a RangeError for bytes that are no frame: an engine that has lost its mind must not be believed. */
export const readAnswers = (bytes: Buffer, from: number, length: number, count: number): WireAnswer[] => {
  if (count * ANSWER_HEAD > length) throw new RangeError('the engine sent a frame that is too short')
  const items: WireAnswer[] = []
  const limit = from + length
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let body = from + count * ANSWER_HEAD
  for (let index = 0; index < count; index++) {
    const at = from + index * ANSWER_HEAD
    const end = body + view.getUint32(at + 28, true)
    if (end > limit) throw new RangeError('the engine sent a frame that is too short')
    items.push({
      id: view.getUint32(at, true),
      status: view.getUint16(at + 4, true),
      batchRows: view.getUint16(at + 6, true),
      jsonLength: lengthOrNone(view.getUint32(at + 8, true)),
      parseMicros: view.getUint32(at + 12, true),
      waitMicros: view.getUint32(at + 16, true),
      runMicros: view.getUint32(at + 20, true),
      writeMicros: view.getUint32(at + 24, true),
      bytes,
      from: body,
      to: end,
    })
    body = end
  }
  return items
}
