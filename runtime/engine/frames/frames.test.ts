import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameReader } from './frame-reader.ts'
import {
  bodyKind,
  type FrameSocket,
  FrameWriter,
  readAnswers,
  readRequests,
  sendAnswers,
  sendRequests,
} from './frames.ts'

/** What the writer uses of a socket. */
const sink = () => {
  const stream = new PassThrough({ highWaterMark: 1e9 })
  const socket: FrameSocket = {
    write: (bytes: Uint8Array | string) => stream.write(Buffer.from(bytes)),
    cork: () => {},
    uncork: () => {},
    writableLength: 0,
    destroyed: false,
  }
  return { socket, all: (): Buffer => stream.read() ?? Buffer.alloc(0) }
}

const body = (length: number, seed: number): Buffer => Buffer.alloc(length, seed % 256)

/** Hands the bytes over in pieces through memory that is used again, as a socket does. */
const inPieces = (bytes: Buffer, size: number, push: (bytes: Buffer, length: number) => void): void => {
  const memory = Buffer.alloc(size)
  for (let at = 0; at < bytes.length; at += size) {
    const length = bytes.copy(memory, 0, at)
    push(memory, length)
    memory.fill(0xee)
  }
}

const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(40_000), fc.integer({ min: 131_000, max: 200_000 })), {
  minLength: 1,
  maxLength: 5,
})

describe('frames', () => {
  it('bring requests over in whatever pieces they arrive', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 1, max: 100_000 }), (first, second, piece) => {
        const { socket, all } = sink()
        const writer = new FrameWriter(socket)
        const seen: unknown[] = []
        const wanted: unknown[] = []
        for (const lengths of [first, second]) {
          const items = lengths.map((length, at) => {
            const bytes = Buffer.concat([Buffer.from('xx'), body(length, at), Buffer.from('yy')])
            const name = at % 2 === 0 ? `request-${at}` : ''
            const jsonLength = at % 3 === 0 ? undefined : at
            return { kind: bodyKind.infer, name, jsonLength, bytes, from: 2, length, slot: undefined }
          })
          sendRequests(
            writer,
            items,
            items.map((_, at) => at + 7),
          )
          for (const [at, { name, jsonLength, length }] of items.entries())
            wanted.push({ id: at + 7, name, jsonLength, body: body(length, at) })
        }
        const read = frameReader((bytes, from, _length, count) => {
          for (const { id, name, jsonLength, body: got } of readRequests(bytes, from, count))
            seen.push({ id, name, jsonLength, body: Buffer.from(got) })
        })
        inPieces(all(), piece, read)
        expect(seen).toEqual(wanted)
      }),
      { numRuns: 30 },
    )
  })

  it('bring answers over, small and large', () => {
    const { socket, all } = sink()
    const timing = { parseMicros: 1, waitMicros: 2, runMicros: 3, writeMicros: 4, batchRows: 5 }
    const answers = [10, 200_000, 0, 3_000_000, 40].map((length, at) => {
      const bytes = body(length, at + 1)
      return { id: at + 1, status: 200, jsonLength: undefined, ...timing, bytes, from: 0, to: length }
    })
    sendAnswers(new FrameWriter(socket), answers)
    const seen: unknown[] = []
    const read = frameReader((bytes, from, length, count) => {
      for (const each of readAnswers(bytes, from, length, count))
        seen.push({
          ...each,
          bytes: Buffer.from(each.bytes.subarray(each.from, each.to)),
          from: 0,
          to: each.to - each.from,
        })
    })
    inPieces(all(), 65_536, read)
    expect(seen).toEqual(answers)
  })

  it('are refused when they lie about their length', () => {
    const { socket, all } = sink()
    const bytes = body(10, 1)
    const timing = { parseMicros: 0, waitMicros: 0, runMicros: 0, writeMicros: 0, batchRows: 0 }
    sendAnswers(new FrameWriter(socket), [
      { id: 1, status: 200, jsonLength: undefined, ...timing, bytes, from: 0, to: 10 },
    ])
    const frame = all()
    frame.writeUInt32LE(1000, 8 + 28)
    const read = frameReader((buffer, from, length, count) => void readAnswers(buffer, from, length, count))
    expect(() => read(frame, frame.length)).toThrow(RangeError)
  })
})
