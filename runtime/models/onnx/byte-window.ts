import { readSync } from 'node:fs'

const WINDOW_BYTES = 256 * 1024

/**
 * Bytes at any offset, of which only a window is in memory: the structure of a 2 GB model is a few hundred kilobytes
 * strewn between weights that nobody here needs to read.
 */
export class ByteWindow {
  readonly size: number
  #bytes: Uint8Array
  #start = 0
  readonly #fill: ((into: Uint8Array, position: number) => number) | undefined

  private constructor(size: number, bytes: Uint8Array, fill?: (into: Uint8Array, position: number) => number) {
    this.size = size
    this.#bytes = bytes
    this.#fill = fill
  }

  static ofBytes(bytes: Uint8Array): ByteWindow {
    return new ByteWindow(bytes.length, bytes)
  }

  static ofFile(descriptor: number, size: number): ByteWindow {
    return new ByteWindow(size, new Uint8Array(0), (into, position) =>
      readSync(descriptor, into, 0, into.length, position),
    )
  }

  /** The byte at an offset; 0 past the end, which only a file that shrinks while being read can reach. */
  at(offset: number): number {
    const inside = offset - this.#start
    if (inside >= 0 && inside < this.#bytes.length) return this.#bytes[inside] ?? 0
    this.#moveTo(offset, WINDOW_BYTES)
    return this.#bytes[offset - this.#start] ?? 0
  }

  slice(from: number, to: number): Uint8Array {
    if (from < this.#start || to > this.#start + this.#bytes.length)
      this.#moveTo(from, Math.max(WINDOW_BYTES, to - from))
    return this.#bytes.subarray(from - this.#start, to - this.#start)
  }

  #moveTo(offset: number, length: number): void {
    if (!this.#fill) return
    const buffer = new Uint8Array(Math.min(length, Math.max(0, this.size - offset)))
    const read = this.#fill(buffer, offset)
    this.#bytes = buffer.subarray(0, read)
    this.#start = offset
  }
}
