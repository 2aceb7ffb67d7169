/**
 * The engine's side of the body slots: reads a body into memory that is used again, without moving it once more. The
 * tensors read from it lie in such memory too: new memory for each would cost as much as reading them does.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { TakeMemory } from '../../protocol/datatypes.ts'

const MAX_KEPT = 8
const ALIGNMENT = 8

export interface SlotBody {
  body: Buffer
  /** For what is made of the body, until it is released. */
  take: TakeMemory
  /** The memory may be used for another body. */
  release: () => void
}

export const slotReader = (folder: string) => {
  /** The smallest first. */
  const free: ArrayBuffer[] = []

  const memoryFor: TakeMemory = (size) => {
    const fitting = free.findIndex((each) => each.byteLength >= size)
    const found = fitting < 0 ? undefined : free.splice(fitting, 1)[0]
    return found ?? new ArrayBuffer(2 ** Math.ceil(Math.log2(Math.max(size, 1))))
  }

  const giveBack = (memory: ArrayBuffer): void => {
    free.push(memory)
    free.sort((a, b) => a.byteLength - b.byteLength)
    if (free.length > MAX_KEPT) free.shift()
  }

  const fill = (place: Buffer, id: number): void => {
    const descriptor = openSync(join(folder, String(id)), 'r')
    try {
      for (let filled = 0; filled < place.length; ) {
        const read = readSync(descriptor, place, filled, place.length - filled, filled)
        if (read === 0) throw new RangeError('a body is shorter than was said')
        filled += read
      }
    } finally {
      closeSync(descriptor)
    }
  }

  return {
    read: (id: number, length: number, jsonLength: number | undefined): SlotBody => {
      // Binary tensors behind the JSON part are then aligned, and need not be copied to be read.
      const shift = (ALIGNMENT - ((jsonLength ?? 0) % ALIGNMENT)) % ALIGNMENT
      const place = memoryFor(length + ALIGNMENT)
      const taken = [place]
      const body = Buffer.from(place, shift, length)
      fill(body, id)
      return {
        body,
        take: (size) => {
          const memory = memoryFor(size)
          taken.push(memory)
          return memory
        },
        release: () => {
          for (const memory of taken.splice(0)) giveBack(memory)
        },
      }
    },
  }
}

export type SlotReader = ReturnType<typeof slotReader>
