/**
 * Memory for what is large and soon over: a body, a tensor, an answer. Made anew each time it would be cleared, its pages
 * mapped, and then collected by marking the whole heap, which costs more than everything that is done with it.
 */
import type { TakeMemory } from './datatypes.ts'

/** What is smaller is cheap enough to make. */
export const LARGE = 65_536
const MOST_KEPT = 64
const MOST_BYTES = 67_108_864

/** The smallest first. */
const free: ArrayBuffer[] = []
let freeBytes = 0
/** Whoever forgets to give memory back makes it garbage, no more. */
const lent = new WeakSet<ArrayBufferLike>()

export const takeMemory: TakeMemory = (bytes) => {
  const fitting = free.findIndex((each) => each.byteLength >= bytes)
  const found = fitting < 0 ? undefined : free.splice(fitting, 1)[0]
  const memory = found ?? new ArrayBuffer(2 ** Math.ceil(Math.log2(Math.max(bytes, LARGE))))
  if (found) freeBytes -= found.byteLength
  lent.add(memory)
  return memory
}

export const takeBuffer = (length: number): Buffer => Buffer.from(takeMemory(length), 0, length)

/** Nobody may look at it any more. Harmless for memory that did not come from here, and when done twice. */
export const returnMemory = (memory: ArrayBufferLike): void => {
  if (!(memory instanceof ArrayBuffer) || !lent.delete(memory)) return
  const larger = free.findIndex((each) => each.byteLength >= memory.byteLength)
  free.splice(larger < 0 ? free.length : larger, 0, memory)
  freeBytes += memory.byteLength
  while (free.length > MOST_KEPT || freeBytes > MOST_BYTES) freeBytes -= free.pop()?.byteLength ?? 0
}
