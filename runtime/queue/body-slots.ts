/**
 * Where large bodies lie between an acceptor and its engines: files in memory, written as the body arrives and read by
 * the engine in one go. Through the socket they would be cut into pieces, queued and put together again.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BodyReader, EMPTY } from '../http/wire/body-reader.ts'

export interface Slot {
  readonly id: number
  readonly length: number
  release: () => void
}

/** From this size on the detour pays. */
export const LARGE_BODY = 131_072

const KEPT = 16
const KEPT_BYTES = 16_777_216

interface SlotFile {
  /** What the engine opens it by, in the folder it was told. */
  id: number
  descriptor: number
  path: string
}

const openFolder = (): string => {
  try {
    return mkdtempSync('/dev/shm/modelyard-bodies-')
  } catch {
    return mkdtempSync(join(tmpdir(), 'modelyard-bodies-')) // no memory file system: the page cache does nearly as well
  }
}

/**
 * Where the kernel shows open files by their descriptors, the names can go at once: then nothing is left behind, however
 * this process ends.
 */
const nameless = process.platform === 'linux'

export class BodySlots {
  private readonly home = nameless ? '' : openFolder()
  /** Where engines find slots by their ids. */
  readonly folder = nameless ? `/proc/${process.pid}/fd` : this.home
  private readonly free: SlotFile[] = []
  private next = 1

  private create(): SlotFile {
    const number = this.next++
    const home = nameless ? openFolder() : this.home
    const path = join(home, String(number))
    const descriptor = openSync(path, 'wx+', 0o600)
    if (nameless) rmSync(home, { recursive: true })
    return { id: nameless ? descriptor : number, path, descriptor }
  }

  private take(): SlotFile {
    return this.free.pop() ?? this.create()
  }

  /** A file is not used for another body before the engine has finished with this one. */
  private giveBack(file: SlotFile, length: number): void {
    if (this.free.length < KEPT) {
      if (length > KEPT_BYTES) ftruncateSync(file.descriptor, 0)
      this.free.push(file)
      return
    }
    closeSync(file.descriptor)
    if (!nameless) unlinkSync(file.path)
  }

  /** Reads a body of known length into a slot; `done` gets the slot before the reader reports the body as whole. */
  reader(length: number, done: (slot: Slot) => void): BodyReader & { abandon: () => void } {
    const file = this.take()
    let held = true
    let filled = 0
    const release = (): void => {
      if (held) this.giveBack(file, length)
      held = false
    }
    return {
      get whole() {
        return filled === length
      },
      body: EMPTY,
      abandon: release,
      push: (bytes, from, to) => {
        const wanted = Math.min(to - from, length - filled)
        for (let written = 0; written < wanted; ) {
          written += writeSync(file.descriptor, bytes, from + written, wanted - written, filled + written)
        }
        filled += wanted
        if (filled === length) done({ id: file.id, length, release })
        return from + wanted
      },
    }
  }

  close(): void {
    if (!nameless) rmSync(this.home, { recursive: true, force: true })
  }
}
