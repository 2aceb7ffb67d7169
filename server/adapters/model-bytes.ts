/** What every object store does with bytes on their way in and out: measure, hash, refuse, prove. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { type Readable, Transform, type Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { Sha256 } from '../contracts/names.ts'
import { failure, IntegrationError, invalid } from '../errors.ts'
import type { Intake, ObjectStore, Part, Range } from '../ports/object-store/object-store.ts'

export type Taken = { digest: Sha256; sizeBytes: number }

export const digestOf = (bytes: Buffer) => Sha256.parse(createHash('sha256').update(bytes).digest('hex'))

const privately = (path: string): Writable => createWriteStream(path, { flags: 'wx', mode: 0o644 })

/** Into a private file while hashing; what is refused is the caller's to remove. */
export async function takeIn(bytes: Readable, path: string, intake: Intake, write = privately): Promise<Taken> {
  const { maxBytes, expected, inspect } = intake
  const hash = createHash('sha256')
  let sizeBytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length
      hash.update(chunk)
      done(sizeBytes > maxBytes ? tooLarge(maxBytes) : null, chunk)
    },
  })
  await pipeline(bytes, measure, write(path))
  const digest = Sha256.parse(hash.digest('hex'))
  if (expected && expected !== digest) throw notTheAnnounced()
  await flush(path)
  await inspect?.(path, digest)
  return { digest, sizeBytes }
}

/** A part is small enough to hold, so that it can be sent again when the store stumbles. */
export async function takePart(bytes: Readable, { sizeBytes, sha256 }: { sizeBytes: number; sha256?: Sha256 }) {
  let arrived = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      arrived += chunk.length
      done(arrived > sizeBytes ? wrongSize(sizeBytes, 'more') : null, chunk)
    },
  })
  const [held] = await Promise.all([buffer(measure), pipeline(bytes, measure)])
  if (held.length < sizeBytes) throw wrongSize(sizeBytes, String(held.length))
  if (sha256 && digestOf(held) !== sha256) throw notTheAnnounced()
  return held
}

/** Passes everything on, and fails at the end when it was not what it should be. */
export function provenToBe(digest: Sha256): Transform {
  const hash = createHash('sha256')
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
    flush: (done) => done(hash.digest('hex') === digest ? null : otherBytes(digest)),
  })
}

export function proven(bytes: Readable, digest: Sha256): Readable {
  const through = provenToBe(digest)
  pipeline(bytes, through).catch(() => undefined) // whoever reads is told by the stream itself
  return through
}

/** Parts 1, 2, 3, … without a gap. */
export function inSequence(parts: readonly Part[]): Part[] {
  const sorted = parts.toSorted((a, b) => a.number - b.number)
  const gap = sorted.findIndex((part, place) => part.number !== place + 1)
  if (gap >= 0 || sorted.length === 0) {
    throw failure(
      'conflict',
      `Part ${Math.max(gap, 0) + 1} of the upload is missing.`,
      'Send it, then complete it again.',
    )
  }
  return sorted
}

export function demandRange({ start, end }: Range): void {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) throw badRange()
}

export const badRange = () => invalid('range', 'There are no bytes in this range of the file.')

export const storeFull = (cause: unknown) =>
  new IntegrationError('object_store', {
    detail: 'The model store is full.',
    remedy: 'Nothing was saved. A platform admin makes room, then upload again.',
    cause,
  })

const tooLarge = (maxBytes: number) =>
  failure(
    'payload_too_large',
    `The file is larger than the ${Math.round(maxBytes / 2 ** 20)} MiB that can be stored.`,
    'Upload a smaller model.',
  )

const notTheAnnounced = () =>
  failure('digest_mismatch', 'The bytes that arrived are not the ones that were announced.', 'Upload the file again.')

const wrongSize = (wanted: number, got: string) =>
  failure('malformed_request', `The part should have ${wanted} bytes, and ${got} arrived.`, 'Send the part again.')

const otherBytes = (digest: Sha256) =>
  new IntegrationError('object_store', {
    detail: `The model store returned other bytes than those of sha256:${digest}.`,
    remedy: 'The stored file is damaged. Upload the same model again: that mends it.',
  })

async function flush(path: string): Promise<void> {
  await using file = await open(path, 'r')
  await file.sync()
}

/** The same store, with every failure told in words for people. */
export function explaining(store: ObjectStore, told: (error: unknown) => unknown): ObjectStore {
  const tell = <Value>(answer: Promise<Value>) =>
    answer.catch((error: unknown) => {
      throw told(error)
    })
  return {
    put: (...given) => tell(store.put(...given)),
    get: (...given) => tell(store.get(...given)),
    stat: (...given) => tell(store.stat(...given)),
    presign: (...given) => tell(store.presign(...given)),
    putPart: (...given) => tell(store.putPart(...given)),
    parts: (...given) => tell(store.parts(...given)),
    assemble: (...given) => tell(store.assemble(...given)),
    abandon: (...given) => tell(store.abandon(...given)),
    tidy: (...given) => tell(store.tidy(...given)),
    probe: () => tell(store.probe()),
    check: () => tell(store.check()),
  }
}
