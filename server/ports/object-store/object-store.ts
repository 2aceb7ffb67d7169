/** Model bytes, addressed by what they are. Written once, never overwritten. */
import type { Readable } from 'node:stream'
import type { Sha256, UploadId } from '../../contracts/names.ts'

export type Stored = { digest: Sha256; sizeBytes: number; alreadyThere: boolean }

/** What is held against the bytes before anybody can see them. Whatever it refuses leaves nothing behind. */
export type Intake = {
  maxBytes: number
  expected?: Sha256 | undefined
  /** Looks at the whole file, in a private place on this machine; throws to refuse it. */
  inspect?: (path: string, digest: Sha256) => Promise<void>
}

export type Part = { number: number; sizeBytes: number }

/** Both ends belong to it, as in HTTP; an end beyond the last byte means the last byte. */
export type Range = { start: number; end: number }

export type StoreFact = { label: string; value: string; ok: boolean | null }

export interface ObjectStore {
  /** Streams to a private place while hashing, refuses above the limit, and publishes only when complete. */
  put(bytes: Readable, intake: Intake): Promise<Stored>
  /** The whole fails at its end when the bytes are not those of the digest; of a part nobody can tell. */
  get(digest: Sha256, range?: Range): Promise<Readable>
  stat(digest: Sha256): Promise<{ sizeBytes: number } | undefined>
  /** An address that opens this one object for a while, or undefined where a store has none to give. */
  presign(digest: Sha256, seconds: number): Promise<string | undefined>

  /** One part of an upload that takes its time: there complete or not at all; sent again it replaces the first. */
  putPart(
    upload: UploadId,
    number: number,
    bytes: Readable,
    part: { sizeBytes: number; sha256?: Sha256 },
  ): Promise<void>
  parts(upload: UploadId): Promise<Part[]>
  /** Puts the parts together as `put` does. They stay until `abandon`, so it can be asked again after a crash. */
  assemble(upload: UploadId, intake: Intake): Promise<Stored>
  /** Forgets the parts, also those that are not there. */
  abandon(upload: UploadId): Promise<void>
  /** Drops what uploads have left that nobody has touched since; says how many things that were. */
  tidy(before: Date): Promise<number>

  probe(): Promise<{ version: string; facts?: StoreFact[] }>
  /** Tries each thing the portal does there, and says of each whether it is allowed. */
  check(): Promise<StoreFact[]>
}

export const keyOf = (digest: Sha256) => `sha256/${digest}`

/** Parts may be sent in any order, so their names keep the order. */
export const partName = (number: number) => String(number).padStart(6, '0')

/** SigV4 goes no further than a week; an hour is plenty for one download. */
export const presignedAtMost = 3600
