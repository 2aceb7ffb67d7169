/** What every object store must do: bytes under their digest, complete or not at all. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { Sha256, UploadId } from '../../contracts/names.ts'
import type { ObjectStore } from './object-store.ts'

export type StoreUnderTest = {
  store: ObjectStore
  /** Names of all that lies there, published or not. */
  everything: () => Promise<string[]>
  /** Puts other bytes under a digest, behind the store's back. */
  damage: (digest: Sha256, bytes: Buffer) => Promise<void>
  /** Brings it about until `mended`; `stalled` only where the suite is told that it can be. */
  trouble: { full: () => Promise<void>; unreachable: () => Promise<void>; stalled: () => Promise<void> }
  mended: () => Promise<void>
}

const digestOf = (bytes: Buffer) => Sha256.parse(createHash('sha256').update(bytes).digest('hex'))
const newUpload = () => UploadId.parse(randomUUID())
const inChunks = (bytes: Buffer) =>
  Readable.from(Array.from({ length: 10 }, (_, at) => bytes.subarray(at * 1000, (at + 1) * 1000)))
/** A client that goes away before the end. */
const cutAfter = (bytes: Buffer) => {
  async function* cut() {
    yield bytes
    throw new Error('the client has gone')
  }
  return Readable.from(cut())
}
const roomy = { maxBytes: 1_000_000 }
const explained = { code: 'integration_unavailable', explanation: { remedy: expect.stringMatching(/\w/) } }

export function objectStoreContract(make: () => StoreUnderTest, { canStall = false } = {}): void {
  const fresh = async (size = 10_000) => {
    const bytes = randomBytes(size)
    return { bytes, digest: digestOf(bytes) }
  }
  const stored = async (size = 10_000) => {
    const { store } = make()
    const { bytes, digest } = await fresh(size)
    await store.put(Readable.from(size === 0 ? [] : [bytes]), roomy)
    return { store, bytes, digest }
  }

  describe('keeps a file', () => {
    it('under its digest', async () => {
      const { store } = make()
      const { bytes, digest } = await fresh()
      expect(await store.put(inChunks(bytes), roomy)).toEqual({ digest, sizeBytes: 10_000, alreadyThere: false })
      expect(await buffer(await store.get(digest))).toEqual(bytes)
      expect(await store.stat(digest)).toEqual({ sizeBytes: 10_000 })
    })

    it('that is empty', async () => {
      const { store, digest } = await stored(0)
      expect(await buffer(await store.get(digest))).toHaveLength(0)
      await expect(store.get(digest, { start: 0, end: 0 })).rejects.toMatchObject({ code: 'invalid_input' })
    })

    it('once, also when it comes twice at once', async () => {
      const { store } = make()
      const { bytes, digest } = await fresh()
      const both = await Promise.all([store.put(inChunks(bytes), roomy), store.put(inChunks(bytes), roomy)])
      expect(both.map((each) => each.alreadyThere).sort()).toEqual([false, true])
      expect((await store.put(inChunks(bytes), roomy)).alreadyThere).toBe(true)
      expect(await buffer(await store.get(digest))).toEqual(bytes)
    })

    it('after it has been looked at as a whole', async () => {
      const { store } = make()
      const { bytes, digest } = await fresh()
      const seen: unknown[] = []
      const inspect = async (path: string, what: Sha256) => {
        seen.push(await readFile(path), what, await store.stat(digest))
      }
      await store.put(inChunks(bytes), { ...roomy, inspect })
      expect(seen).toEqual([bytes, digest, undefined])
    })
  })

  describe('keeps nothing of a file', () => {
    const refusedBy = async (act: (store: ObjectStore, bytes: Buffer) => Promise<unknown>, reason: object) => {
      const { store, everything } = make()
      const { bytes, digest } = await fresh()
      const before = await everything()
      await expect(act(store, bytes)).rejects.toMatchObject(reason)
      expect(await store.stat(digest)).toBeUndefined()
      expect(await everything()).toEqual(before)
    }

    it('that is larger than it may be', () =>
      refusedBy((store, bytes) => store.put(inChunks(bytes), { maxBytes: 9_999 }), { code: 'payload_too_large' }))

    it('that is not the announced one', async () => {
      const { digest: expected } = await fresh(10)
      await refusedBy((store, bytes) => store.put(inChunks(bytes), { ...roomy, expected }), { code: 'digest_mismatch' })
    })

    it('that is cut at 99 %', () =>
      refusedBy((store, bytes) => store.put(cutAfter(bytes.subarray(0, 9_900)), roomy), {
        message: 'the client has gone',
      }))

    it('that the look inside refuses', () =>
      refusedBy(
        (store, bytes) =>
          store.put(inChunks(bytes), { ...roomy, inspect: () => Promise.reject(new Error('not a model')) }),
        {
          message: 'not a model',
        },
      ))
  })

  describe('gives a part', () => {
    it.each([
      ['the first byte', { start: 0, end: 0 }],
      ['the last byte', { start: 9_999, end: 9_999 }],
      ['some of the middle', { start: 100, end: 199 }],
      ['all of it', { start: 0, end: 9_999 }],
      ['what there is of one that goes beyond the end', { start: 9_990, end: 20_000 }],
    ])('%s', async (_, range) => {
      const { store, bytes, digest } = await stored()
      expect(await buffer(await store.get(digest, range))).toEqual(bytes.subarray(range.start, range.end + 1))
    })

    it.each([
      ['begins beyond the end', { start: 10_000, end: 10_001 }],
      ['ends before it begins', { start: 5, end: 4 }],
      ['begins before the first byte', { start: -1, end: 4 }],
    ])('but none that %s', async (_, range) => {
      const { store, digest } = await stored()
      await expect(store.get(digest, range)).rejects.toMatchObject({ code: 'invalid_input' })
    })
  })

  it('does not know what it does not have', async () => {
    const { store } = make()
    const { digest } = await fresh(10)
    expect(await store.stat(digest)).toBeUndefined()
    await expect(store.get(digest)).rejects.toMatchObject({ code: 'not_found' })
    await expect(store.presign(digest, 60)).rejects.toMatchObject({ code: 'not_found' })
  })

  describe('other bytes than asked for', () => {
    it.each([
      ['as many', 10_000],
      ['fewer', 9_000],
    ])('(%s) are found out at the end, and mended when the right ones come again', async (_, size) => {
      const { store, bytes, digest } = await stored()
      await make().damage(digest, randomBytes(size))
      await expect(store.get(digest).then(buffer)).rejects.toMatchObject(explained)
      await store.put(inChunks(bytes), roomy)
      expect(await buffer(await store.get(digest))).toEqual(bytes)
    })
  })

  describe('an upload in parts', () => {
    const slice = (bytes: Buffer, number: number) => bytes.subarray((number - 1) * 4000, number * 4000)
    const send = (store: ObjectStore, upload: UploadId, bytes: Buffer, number: number) => {
      const part = slice(bytes, number)
      return store.putPart(upload, number, Readable.from([part]), { sizeBytes: part.length, sha256: digestOf(part) })
    }

    it('is put together in order, whatever the order of arrival', async () => {
      const { store } = make()
      const { bytes, digest } = await fresh()
      const upload = newUpload()
      await Promise.all([3, 1, 2].map((number) => send(store, upload, bytes, number)))
      expect(await store.parts(upload)).toEqual([
        { number: 1, sizeBytes: 4000 },
        { number: 2, sizeBytes: 4000 },
        { number: 3, sizeBytes: 2000 },
      ])
      const assembled = await store.assemble(upload, { ...roomy, expected: digest })
      expect(assembled).toEqual({ digest, sizeBytes: 10_000, alreadyThere: false })
      expect((await store.assemble(upload, roomy)).alreadyThere).toBe(true)
      expect(await buffer(await store.get(digest))).toEqual(bytes)
      await store.abandon(upload)
      expect(await store.parts(upload)).toEqual([])
      expect(await store.stat(digest)).toEqual({ sizeBytes: 10_000 })
    })

    it('goes on after a lost part', async () => {
      const { store } = make()
      const { bytes, digest } = await fresh()
      const upload = newUpload()
      await send(store, upload, bytes, 1)
      const lost = store.putPart(upload, 2, cutAfter(slice(bytes, 2).subarray(0, 3960)), { sizeBytes: 4000 })
      await expect(lost).rejects.toThrow('the client has gone')
      await send(store, upload, bytes, 3)
      expect((await store.parts(upload)).map((part) => part.number)).toEqual([1, 3])
      await expect(store.assemble(upload, roomy)).rejects.toMatchObject({
        code: 'conflict',
        message: 'Part 2 of the upload is missing.',
      })
      await send(store, upload, bytes, 2)
      await send(store, upload, bytes, 2)
      expect((await store.assemble(upload, roomy)).digest).toBe(digest)
      await store.abandon(upload)
    })

    it('takes no part of another size or with other bytes', async () => {
      const { store } = make()
      const { bytes } = await fresh()
      const upload = newUpload()
      const part = slice(bytes, 1)
      const put = (wanted: { sizeBytes: number; sha256?: Sha256 }) =>
        store.putPart(upload, 1, Readable.from([part]), wanted)
      await expect(put({ sizeBytes: 3999 })).rejects.toMatchObject({ code: 'malformed_request' })
      await expect(put({ sizeBytes: 4001 })).rejects.toMatchObject({ code: 'malformed_request' })
      const other = digestOf(slice(bytes, 2))
      await expect(put({ sizeBytes: 4000, sha256: other })).rejects.toMatchObject({ code: 'digest_mismatch' })
      expect(await store.parts(upload)).toEqual([])
    })

    it('publishes nothing that is refused in the end, and leaves nothing once it is given up', async () => {
      const { store, everything } = make()
      const { bytes, digest } = await fresh()
      const before = await everything()
      const upload = newUpload()
      for (const number of [1, 2, 3]) await send(store, upload, bytes, number)
      const tooSmall = store.assemble(upload, { maxBytes: 9_999 })
      await expect(tooSmall).rejects.toMatchObject({ code: 'payload_too_large' })
      const other = store.assemble(upload, { ...roomy, expected: digestOf(Buffer.alloc(1)) })
      await expect(other).rejects.toMatchObject({ code: 'digest_mismatch' })
      const inspect = () => Promise.reject(new Error('not a model'))
      await expect(store.assemble(upload, { ...roomy, inspect })).rejects.toThrow('not a model')
      expect(await store.stat(digest)).toBeUndefined()
      await store.abandon(upload)
      await store.abandon(upload)
      expect(await everything()).toEqual(before)
    })

    it('can be asked for while it is given up', async () => {
      const { store } = make()
      const { bytes } = await fresh()
      for (let round = 0; round < 20; round += 1) {
        const upload = newUpload()
        await Promise.all([1, 2, 3].map((number) => send(store, upload, bytes, number)))
        const asked = [store.parts(upload), store.abandon(upload), store.parts(upload), store.parts(upload)]
        expect((await Promise.allSettled(asked)).filter((each) => each.status === 'rejected')).toEqual([])
        expect(await store.parts(upload)).toEqual([])
      }
    })

    it('is swept when nobody goes on with it', async () => {
      const { store, everything } = make()
      const { bytes } = await fresh()
      const before = await everything()
      const upload = newUpload()
      await send(store, upload, bytes, 1)
      expect(await store.tidy(new Date(Date.now() - 3_600_000))).toBe(0)
      expect(await store.parts(upload)).toHaveLength(1)
      expect(await store.tidy(new Date(Date.now() + 3_600_000))).toBe(1)
      expect(await everything()).toEqual(before)
    })
  })

  describe('in trouble', () => {
    if (canStall) {
      it('does not wait for ever', async () => {
        const { store, digest, bytes } = await stored()
        const { trouble, mended } = make()
        await trouble.stalled()
        try {
          await expect(store.stat(digest)).rejects.toMatchObject(explained)
          await expect(store.put(inChunks(bytes), roomy)).rejects.toMatchObject(explained)
        } finally {
          await mended()
        }
      })
    }

    it('says that it is full, and keeps nothing', async () => {
      const { store, trouble, mended, everything } = make()
      const { bytes, digest } = await fresh()
      const before = await everything()
      await trouble.full()
      try {
        const full = { ...explained, message: 'The model store is full.' }
        await expect(store.put(inChunks(bytes), roomy)).rejects.toMatchObject(full)
        const part = store.putPart(newUpload(), 1, Readable.from([bytes]), { sizeBytes: 10_000 })
        await expect(part).rejects.toMatchObject(full)
      } finally {
        await mended()
      }
      expect(
        (await everything()).filter((name) => !before.includes(name) && /\d{6}$|[0-9a-f]{64}$/.test(name)),
      ).toEqual([])
      expect((await store.put(inChunks(bytes), roomy)).digest).toBe(digest)
    })

    it('says that it cannot be reached', async () => {
      const { store, digest, bytes } = await stored()
      const { trouble, mended } = make()
      await trouble.unreachable()
      try {
        await expect(store.stat(digest)).rejects.toMatchObject(explained)
        await expect(store.get(digest)).rejects.toMatchObject(explained)
        await expect(store.put(inChunks(bytes), roomy)).rejects.toMatchObject(explained)
        await expect(store.probe()).rejects.toMatchObject(explained)
      } finally {
        await mended()
      }
      expect(await buffer(await store.get(digest))).toEqual(bytes)
    })
  })

  it('says of itself what it is and what it may do', async () => {
    const { store, everything } = make()
    const before = await everything()
    expect((await store.probe()).version).toMatch(/\w/)
    const facts = await store.check()
    expect(facts.filter((fact) => fact.ok === false)).toEqual([])
    expect(facts.length).toBeGreaterThan(0)
    expect(await everything()).toEqual(before)
  })
}
