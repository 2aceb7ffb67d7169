/** Model bytes, addressed by what they are. Written once, never overwritten. */
import type { Readable } from 'node:stream'
import type { Sha256 } from '../contracts/names.ts'

export type Stored = { digest: Sha256; sizeBytes: number; alreadyThere: boolean }

export interface ObjectStore {
  /** Streams to a private place while hashing, refuses above the limit, and publishes only when complete. */
  put(bytes: Readable, options: { maxBytes: number; expected?: Sha256 }): Promise<Stored>
  get(digest: Sha256, range?: { start: number; end: number }): Promise<Readable>
  stat(digest: Sha256): Promise<{ sizeBytes: number } | undefined>
  /** A path on this machine for programs that need one: the file itself, or a private copy. */
  localPath(digest: Sha256): Promise<{ path: string; release: () => Promise<void> }>
  probe(): Promise<{ version: string }>
}

export const keyOf = (digest: Sha256) => `sha256/${digest}`
