/**
 * What travels between an acceptor and an engine over their Unix socket: frames of many requests, or many answers.
 * A frame is read into one buffer of its full length, so a large tensor is copied once and not once a chunk.
 */

export const FRAME_HEAD = 8
const REQUEST_HEAD = 24
const ANSWER_HEAD = 32
const MAX_FRAME = 0x7ffffff0
const NONE = 0xffffffff

/** How a body is to be read, and so how the answer is to be written. */
export const bodyKind = { infer: 0, predict: 1, grpc: 2 } as const
export type BodyKind = (typeof bodyKind)[keyof typeof bodyKind]

export interface WireRequest {
  id: number
  kind: BodyKind
  /** What the caller calls this request in a header; empty when it does not say. */
  name: string
  /** Length of the JSON part before binary tensors; undefined when there is none. */
  jsonLength: number | undefined
  /** The body, or nothing when it lies in a slot. */
  body: Buffer
  slot?: { id: number; length: number } | undefined
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
  body: Buffer
}

/** Bodies up to this size are copied into the frame's own buffer; larger ones are written by themselves. */
const INLINE = 16_384

/** Chunks to be written in order: the heads, the names, the bodies. */
const assemble = <T extends { body: Buffer }>(
  items: readonly T[],
  headSize: number,
  writeHead: (out: Buffer, at: number, item: T) => void,
  names = '',
): Buffer[] => {
  const ahead = items.length * headSize + names.length
  let length = ahead
  for (const item of items) length += item.body.length
  const inline = length <= INLINE || items.every((item) => item.body.length <= INLINE)
  const heads = Buffer.allocUnsafe(FRAME_HEAD + (inline ? length : ahead))
  heads.writeUInt32LE(length, 0)
  heads.writeUInt32LE(items.length, 4)
  let at = FRAME_HEAD
  for (const item of items) {
    writeHead(heads, at, item)
    at += headSize
  }
  if (names !== '') at += heads.write(names, at, 'latin1')
  if (!inline) return [heads, ...items.map((item) => item.body)]
  for (const item of items) {
    item.body.copy(heads, at)
    at += item.body.length
  }
  return [heads]
}

/** A name is plain ASCII of at most 200 characters: the acceptor has seen to that. */
export const requestFrame = (items: readonly WireRequest[]): Buffer[] => {
  let names = ''
  for (const item of items) names += item.name
  return assemble(
    items,
    REQUEST_HEAD,
    (out, at, item) => {
      out.writeUInt32LE(item.id, at)
      out.writeUInt16LE(item.kind, at + 4)
      out.writeUInt16LE(item.name.length, at + 6)
      out.writeUInt32LE(item.jsonLength ?? NONE, at + 8)
      out.writeUInt32LE(item.body.length, at + 12)
      out.writeUInt32LE(item.slot?.id ?? 0, at + 16)
      out.writeUInt32LE(item.slot?.length ?? 0, at + 20)
    },
    names,
  )
}

export const answerFrame = (items: readonly WireAnswer[]): Buffer[] =>
  assemble(items, ANSWER_HEAD, (out, at, item) => {
    out.writeUInt32LE(item.id, at)
    out.writeUInt16LE(item.status, at + 4)
    out.writeUInt16LE(Math.min(item.batchRows, 0xffff), at + 6)
    out.writeUInt32LE(item.jsonLength ?? NONE, at + 8)
    out.writeUInt32LE(item.parseMicros >>> 0, at + 12)
    out.writeUInt32LE(item.waitMicros >>> 0, at + 16)
    out.writeUInt32LE(item.runMicros >>> 0, at + 20)
    out.writeUInt32LE(item.writeMicros >>> 0, at + 24)
    out.writeUInt32LE(item.body.length, at + 28)
  })

const lengthOrNone = (value: number): number | undefined => (value === NONE ? undefined : value)

const kindOf = (value: number): BodyKind =>
  value === bodyKind.predict ? bodyKind.predict : value === bodyKind.grpc ? bodyKind.grpc : bodyKind.infer

export const readRequests = (payload: Buffer, count: number): WireRequest[] => {
  const items: WireRequest[] = []
  let name = count * REQUEST_HEAD
  let body = name
  for (let index = 0; index < count; index++) body += payload.readUInt16LE(index * REQUEST_HEAD + 6)
  for (let index = 0; index < count; index++) {
    const at = index * REQUEST_HEAD
    const nameEnd = name + payload.readUInt16LE(at + 6)
    const end = body + payload.readUInt32LE(at + 12)
    const slot = payload.readUInt32LE(at + 16)
    items.push({
      id: payload.readUInt32LE(at),
      slot: slot === 0 ? undefined : { id: slot, length: payload.readUInt32LE(at + 20) },
      kind: kindOf(payload.readUInt16LE(at + 4)),
      name: nameEnd === name ? '' : payload.toString('latin1', name, nameEnd),
      jsonLength: lengthOrNone(payload.readUInt32LE(at + 8)),
      body: payload.subarray(body, end),
    })
    name = nameEnd
    body = end
  }
  return items
}

/** Throws a RangeError for bytes that are no frame: an engine that has lost its mind must not be believed. */
export const readAnswers = (payload: Buffer, count: number): WireAnswer[] => {
  if (count * ANSWER_HEAD > payload.length) throw new RangeError('the engine sent a frame that is too short')
  const items: WireAnswer[] = []
  let body = count * ANSWER_HEAD
  for (let index = 0; index < count; index++) {
    const at = index * ANSWER_HEAD
    const end = body + payload.readUInt32LE(at + 28)
    if (end > payload.length) throw new RangeError('the engine sent a frame that is too short')
    items.push({
      id: payload.readUInt32LE(at),
      status: payload.readUInt16LE(at + 4),
      batchRows: payload.readUInt16LE(at + 6),
      jsonLength: lengthOrNone(payload.readUInt32LE(at + 8)),
      parseMicros: payload.readUInt32LE(at + 12),
      waitMicros: payload.readUInt32LE(at + 16),
      runMicros: payload.readUInt32LE(at + 20),
      writeMicros: payload.readUInt32LE(at + 24),
      body: payload.subarray(body, end),
    })
    body = end
  }
  return items
}

/** Cuts a stream into frames. Small frames are views of the chunk they came in; a long one gets a buffer of its own. */
export const frameReader = (onFrame: (payload: Buffer, count: number) => void) => {
  let rest: Buffer | undefined
  let frame: Buffer | undefined
  let frameCount = 0
  let filled = 0
  return (chunk: Buffer): void => {
    let data = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    rest = undefined
    for (;;) {
      if (frame !== undefined) {
        const taken = data.copy(frame, filled)
        filled += taken
        if (filled < frame.length) return
        const whole = frame
        frame = undefined
        data = data.subarray(taken)
        onFrame(whole, frameCount)
      }
      if (data.length < FRAME_HEAD) {
        if (data.length > 0) rest = data
        return
      }
      const length = data.readUInt32LE(0)
      const count = data.readUInt32LE(4)
      if (length > MAX_FRAME) throw new RangeError('a frame is too long')
      if (data.length >= FRAME_HEAD + length) {
        const payload = data.subarray(FRAME_HEAD, FRAME_HEAD + length)
        data = data.subarray(FRAME_HEAD + length)
        onFrame(payload, count)
      } else {
        frame = Buffer.allocUnsafeSlow(length)
        frameCount = count
        filled = 0
        data = data.subarray(FRAME_HEAD)
      }
    }
  }
}
