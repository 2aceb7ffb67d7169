/** What every object store must do: bytes under their digest, complete or not at all. */
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { Sha256 } from '../contracts/names.ts'
import type { ObjectStore } from './object-store.ts'

const digestOf = (bytes: Buffer) => Sha256.parse(createHash('sha256').update(bytes).digest('hex'))
const inChunks = (bytes: Buffer) =>
  Readable.from(Array.from({ length: 10 }, (_, at) => bytes.subarray(at * 1000, (at + 1) * 1000)))
const roomy = { maxBytes: 1_000_000 }

export function objectStoreContract(make: () => ObjectStore): void {
  it('keeps bytes under their digest', async () => {
    const store = make()
    const bytes = randomBytes(10_000)
    const stored = await store.put(inChunks(bytes), roomy)
    expect(stored).toEqual({ digest: digestOf(bytes), sizeBytes: 10_000, alreadyThere: false })
    expect(await buffer(await store.get(stored.digest))).toEqual(bytes)
    expect(await store.stat(stored.digest)).toEqual({ sizeBytes: 10_000 })
  })

  it('gives a part', async () => {
    const store = make()
    const bytes = randomBytes(10_000)
    const { digest } = await store.put(inChunks(bytes), roomy)
    expect(await buffer(await store.get(digest, { start: 100, end: 199 }))).toEqual(bytes.subarray(100, 200))
  })

  it('keeps the same bytes once, also when they come twice at once', async () => {
    const store = make()
    const bytes = randomBytes(10_000)
    const both = await Promise.all([store.put(inChunks(bytes), roomy), store.put(inChunks(bytes), roomy)])
    expect(both.map((each) => each.alreadyThere).sort()).toEqual([false, true])
    expect(await buffer(await store.get(digestOf(bytes)))).toEqual(bytes)
  })

  it('refuses more than it may hold, and keeps nothing of it', async () => {
    const store = make()
    const bytes = randomBytes(10_000)
    await expect(store.put(inChunks(bytes), { maxBytes: 9_999 })).rejects.toMatchObject({ code: 'payload_too_large' })
    expect(await store.stat(digestOf(bytes))).toBeUndefined()
  })

  it('refuses bytes that are not the announced ones', async () => {
    const store = make()
    const bytes = randomBytes(10_000)
    const put = store.put(inChunks(bytes), { ...roomy, expected: digestOf(randomBytes(10)) })
    await expect(put).rejects.toMatchObject({ code: 'digest_mismatch' })
    expect(await store.stat(digestOf(bytes))).toBeUndefined()
  })

  it('keeps nothing of an upload that is cut', async () => {
    const store = make()
    const bytes = randomBytes(9_000)
    async function* cut() {
      yield bytes
      throw new Error('the client has gone')
    }
    await expect(store.put(Readable.from(cut()), roomy)).rejects.toThrow('the client has gone')
    expect(await store.stat(digestOf(bytes))).toBeUndefined()
  })

  it('does not know what it does not have', async () => {
    const store = make()
    const digest = digestOf(randomBytes(10))
    expect(await store.stat(digest)).toBeUndefined()
    await expect(store.get(digest)).rejects.toMatchObject({ code: 'not_found' })
    await expect(store.localPath(digest)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('lends a path for programs that need one', async () => {
    const store = make()
    const bytes = randomBytes(10_000)
    const { digest } = await store.put(inChunks(bytes), roomy)
    const { path, release } = await store.localPath(digest)
    expect(await readFile(path)).toEqual(bytes)
    await release()
    expect(await store.stat(digest)).toEqual({ sizeBytes: 10_000 })
  })
}
