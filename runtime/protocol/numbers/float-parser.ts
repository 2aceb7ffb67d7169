/**
 * A run of plain numbers, from JSON text straight into a Float32Array, by WebAssembly (assembly/float-run.ts). The text is
 * copied into its memory a window at a time, which stays in the processor's cache and costs next to nothing.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Assembly {
  memory: WebAssembly.Memory
  read: (start: number, end: number, out: number, most: number) => number
}

const isAssembly = (exports: object): exports is Assembly =>
  'memory' in exports && exports.memory instanceof WebAssembly.Memory && 'read' in exports

const load = (): Assembly => {
  const file = readFileSync(join(import.meta.dirname, 'float-run.wasm'))
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(file))
  if (!isAssembly(exports)) throw new Error('float-run.wasm is not what it should be: npm run runtime:assembly')
  return exports
}

const { memory, read } = load()

const TEXT = 1024
const FIRST_WINDOW = 4096
const MOST_WINDOW = 32_768
/** Beyond the longest window and what is looked at behind it; a number takes two bytes of text at least. */
const NUMBERS = TEXT + MOST_WINDOW + 64
/** Who stops so close to the end of a window may have stopped because of that. */
const LONG_NUMBER = 64

const text = Buffer.from(memory.buffer)
const numbers = new Float32Array(memory.buffer, NUMBERS, MOST_WINDOW / 2)
const ending = new Int32Array(memory.buffer, 0, 2)

/** What of whose bytes lies in the memory. */
let source: Buffer | undefined
let windowStart = 0
let windowEnd = 0

const moveWindow = (bytes: Buffer, start: number, end: number, size: number): void => {
  source = bytes
  windowStart = start
  windowEnd = Math.min(end, start + size)
  bytes.copy(text, TEXT, start, windowEnd)
}

export interface FloatRun {
  /** Where reading stopped. */
  position: number
  /** How many numbers were stored, in all. */
  filled: number
  /** Another value must follow there; otherwise what follows is not part of the run. */
  more: boolean
}

/**
 * Reads `number , number , …` as long as it is plain, storing from `from` on. Stops before whatever it does not know (more
 * numbers than fit, a word, a number too long to be sure of), which the caller then reads its own way. `again` says that
 * the bytes are still what they were at the last call.
 */
export const readFloatRun = (
  bytes: Buffer,
  start: number,
  end: number,
  out: Float32Array,
  from: number,
  most = out.length,
  again = false,
): FloatRun => {
  let size = FIRST_WINDOW
  if (!again || bytes !== source || start < windowStart || start >= windowEnd) moveWindow(bytes, start, end, size)
  let position = start
  let filled = from
  for (;;) {
    const shift = TEXT - windowStart
    const count = read(position + shift, windowEnd + shift, NUMBERS, most - filled)
    if (count > 16) out.set(numbers.subarray(0, count), filled)
    else for (let index = 0; index < count; index++) out[filled + index] = numbers[index] ?? 0
    filled += count
    position = (ending[0] ?? 0) - shift
    const more = ending[1] !== 0
    if (!more || filled >= most || windowEnd >= end || windowEnd - position > LONG_NUMBER) {
      return { position, filled, more }
    }
    size = Math.min(2 * size, MOST_WINDOW)
    moveWindow(bytes, position, end, size)
  }
}
