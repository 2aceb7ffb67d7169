/** The engine's side of the body slots: reads a body into memory that is used again, without moving it once more. */
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

const MAX_KEPT = 8
const ALIGNMENT = 8

export interface SlotBody {
  body: Buffer
  /** The memory may be used for another body. */
  release: () => void
}

export const slotReader = (folder: string) => {
  const memory: Buffer[] = []

  const memoryFor = (size: number): Buffer => {
    const fitting = memory.findIndex((each) => each.length >= size)
    const found = fitting < 0 ? undefined : memory.splice(fitting, 1)[0]
    return found ?? Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(size)))
  }

  return {
    read: (id: number, length: number, jsonLength: number | undefined): SlotBody => {
      // Binary tensors behind the JSON part are then aligned, and need not be copied to be read.
      const shift = (ALIGNMENT - ((jsonLength ?? 0) % ALIGNMENT)) % ALIGNMENT
      const place = memoryFor(length + ALIGNMENT)
      const descriptor = openSync(join(folder, String(id)), 'r')
      try {
        for (let filled = 0; filled < length; ) {
          const read = readSync(descriptor, place, shift + filled, length - filled, filled)
          if (read === 0) throw new RangeError('a body is shorter than was said')
          filled += read
        }
      } finally {
        closeSync(descriptor)
      }
      return {
        body: place.subarray(shift, shift + length),
        release: () => {
          if (memory.length < MAX_KEPT) memory.push(place)
        },
      }
    },
  }
}

export type SlotReader = ReturnType<typeof slotReader>
