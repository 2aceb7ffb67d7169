/**
 * The engine's side of the body slots: reads a body into memory that is used again, without moving it once more. The
 * tensors read from it lie in such memory too: new memory for each would cost as much as reading them does.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { TakeMemory } from '../../protocol/datatypes.ts'
import { returnMemory, takeMemory } from '../../protocol/kept-memory.ts'

const ALIGNMENT = 8

export interface SlotBody {
  body: Buffer
  /** For what is made of the body, until it is released. */
  take: TakeMemory
  /** The memory may be used for another body. */
  release: () => void
}

export const slotReader = (folder: string) => {
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
      const place = takeMemory(length + ALIGNMENT)
      const taken = [place]
      const body = Buffer.from(place, shift, length)
      fill(body, id)
      return {
        body,
        take: (size) => {
          const memory = takeMemory(size)
          taken.push(memory)
          return memory
        },
        release: () => {
          for (const memory of taken.splice(0)) returnMemory(memory)
        },
      }
    },
  }
}

export type SlotReader = ReturnType<typeof slotReader>
