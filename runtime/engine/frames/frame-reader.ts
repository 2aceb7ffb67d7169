/** Cuts a stream into frames. A frame that came whole is read where it lies; one in pieces is put together first. */
import { FRAME_HEAD } from './frames.ts'

const MAX_FRAME = 0x7ffffff0
const KEPT = 4_194_304

/** The frame's memory is used again when the call returns. */
export type OnFrame = (bytes: Buffer, from: number, length: number, count: number) => void

export const frameReader = (onFrame: OnFrame) => {
  let memory = Buffer.allocUnsafeSlow(65_536)
  /** Bytes of an unfinished frame in `memory`, its head among them. */
  let filled = 0

  const reserve = (size: number): void => {
    if (size <= memory.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(size, Math.min(2 * memory.length, KEPT)))
    memory.copy(larger, 0, 0, filled)
    memory = larger
  }

  const lengthAt = (bytes: Buffer, at: number): number => {
    const length = bytes.readUInt32LE(at)
    if (length > MAX_FRAME) throw new RangeError('a frame is too long')
    return length
  }

  /** Takes bytes up to so many in all; returns where it stopped. */
  const fill = (bytes: Buffer, at: number, to: number, wanted: number): number => {
    const taken = Math.max(0, Math.min(to - at, wanted - filled))
    bytes.copy(memory, filled, at, at + taken)
    filled += taken
    return at + taken
  }

  return (bytes: Buffer, to: number): void => {
    let at = 0
    if (filled > 0) {
      at = fill(bytes, at, to, FRAME_HEAD)
      if (filled < FRAME_HEAD) return
      const length = lengthAt(memory, 0)
      reserve(FRAME_HEAD + length)
      at = fill(bytes, at, to, FRAME_HEAD + length)
      if (filled < FRAME_HEAD + length) return
      filled = 0
      onFrame(memory, FRAME_HEAD, length, memory.readUInt32LE(4))
      if (memory.length > KEPT) memory = Buffer.allocUnsafeSlow(65_536)
    }
    while (to - at >= FRAME_HEAD) {
      const length = lengthAt(bytes, at)
      if (to - at < FRAME_HEAD + length) break
      const from = at + FRAME_HEAD
      at = from + length
      onFrame(bytes, from, length, bytes.readUInt32LE(from - 4))
    }
    if (at === to) return
    if (to - at >= FRAME_HEAD) reserve(FRAME_HEAD + lengthAt(bytes, at))
    fill(bytes, at, to, Number.POSITIVE_INFINITY)
  }
}
