/** The object store in memory, for tests that need none on disk. It passes the same suite as the real ones. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  badRange,
  demandRange,
  digestOf,
  inSequence,
  proven,
  storeFull,
  takeIn,
  takePart,
} from '../../adapters/model-bytes.ts'
import type { Sha256, UploadId } from '../../contracts/names.ts'
import { IntegrationError, notFound } from '../../errors.ts'
import type { Intake, ObjectStore, Part, Stored } from '../../ports/object-store/object-store.ts'

export type FakeObjectStore = ObjectStore & {
  objects: Map<Sha256, Buffer>
  uploads: Map<UploadId, { parts: Map<number, Buffer>; touched: Date }>
  /** What goes wrong until it is null again. */
  trouble: 'full' | 'unreachable' | null
}

export function createFakeObjectStore(): FakeObjectStore {
  async function put(bytes: Readable, intake: Intake): Promise<Stored> {
    reach()
    const folder = await mkdtemp(join(tmpdir(), 'modelyard-fake-store-'))
    const kept: Buffer[] = []
    async function* keeping() {
      for await (const chunk of bytes) {
        kept.push(chunk)
        yield chunk
      }
    }
    try {
      const taken = await takeIn(Readable.from(keeping()), join(folder, 'file'), intake)
      write()
      const all = Buffer.concat(kept)
      const known = fake.objects.get(taken.digest)
      if (!known || digestOf(known) !== taken.digest) fake.objects.set(taken.digest, all)
      return { ...taken, alreadyThere: known !== undefined }
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  function reach(): void {
    if (fake.trouble !== 'unreachable') return
    throw new IntegrationError('object_store', {
      detail: 'The model store does not answer.',
      remedy: 'Try again in a moment.',
    })
  }

  function write(): void {
    if (fake.trouble === 'full') throw storeFull(undefined)
  }

  function objectOf(digest: Sha256): Buffer {
    reach()
    const object = fake.objects.get(digest)
    if (!object) throw notFound('This file')
    return object
  }

  const fake: FakeObjectStore = {
    objects: new Map(),
    uploads: new Map(),
    trouble: null,
    put,
    async get(digest, range) {
      const object = objectOf(digest)
      if (!range) return proven(Readable.from(chunked(object)), digest)
      demandRange(range)
      if (range.start >= object.length) throw badRange()
      return Readable.from([object.subarray(range.start, range.end + 1)])
    },
    async stat(digest) {
      reach()
      const object = fake.objects.get(digest)
      return object && { sizeBytes: object.length }
    },
    async presign(digest, seconds) {
      objectOf(digest)
      return `https://store.example/${digest}?seconds=${seconds}`
    },
    async putPart(upload, number, bytes, part) {
      reach()
      const held = await takePart(bytes, part)
      write()
      const { parts } = fake.uploads.get(upload) ?? { parts: new Map<number, Buffer>() }
      fake.uploads.set(upload, { parts: parts.set(number, held), touched: new Date() })
    },
    async parts(upload): Promise<Part[]> {
      reach()
      const parts = [...(fake.uploads.get(upload)?.parts ?? [])]
      return parts.map(([number, { length }]) => ({ number, sizeBytes: length })).sort((a, b) => a.number - b.number)
    },
    async assemble(upload, intake) {
      const sequence = inSequence(await fake.parts(upload))
      const parts = fake.uploads.get(upload)?.parts
      return put(Readable.from(sequence.map(({ number }) => parts?.get(number))), intake)
    },
    async abandon(upload) {
      reach()
      fake.uploads.delete(upload)
    },
    async tidy(before) {
      const old = [...fake.uploads].filter(([, { touched }]) => touched < before)
      for (const [upload] of old) fake.uploads.delete(upload)
      return old.length
    },
    async probe() {
      reach()
      return { version: 'memory' }
    },
    async check() {
      reach()
      return [{ label: 'Write models', value: 'allowed', ok: true }]
    },
  }
  return fake
}

/** Streams want bytes in pieces, and an empty file has none. */
const chunked = (bytes: Buffer) => (bytes.length === 0 ? [] : [bytes])
