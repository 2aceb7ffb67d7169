/** The object store in a folder: each object lies under its digest and appears there complete or not at all. */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { link, mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Sha256 } from '../../contracts/names.ts'
import { failure, IntegrationError, notFound } from '../../errors.ts'
import { keyOf, type ObjectStore } from '../../ports/object-store.ts'

export function createFileStore(folder: string): ObjectStore {
  const pathOf = (digest: Sha256) => join(folder, keyOf(digest))

  async function sizeOf(digest: Sha256): Promise<number | undefined> {
    try {
      return (await stat(pathOf(digest))).size
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined
      throw error
    }
  }

  return {
    async put(bytes, { maxBytes, expected }) {
      await mkdir(join(folder, 'sha256'), { recursive: true })
      await mkdir(join(folder, 'incoming'), { recursive: true })
      const incoming = join(folder, 'incoming', randomUUID())
      const hash = createHash('sha256')
      let sizeBytes = 0
      const measure = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          sizeBytes += chunk.length
          hash.update(chunk)
          done(sizeBytes > maxBytes ? tooLarge(maxBytes) : null, chunk)
        },
      })
      try {
        await pipeline(bytes, measure, createWriteStream(incoming, { flags: 'wx', mode: 0o644 }))
        const digest = Sha256.parse(hash.digest('hex'))
        if (expected && expected !== digest) {
          throw failure(
            'digest_mismatch',
            'The bytes that arrived are not the ones that were announced.',
            'Upload the file again.',
          )
        }
        await flush(incoming)
        const alreadyThere = !(await publish(incoming, pathOf(digest)))
        return { digest, sizeBytes, alreadyThere }
      } catch (error) {
        if (isCode(error, 'ENOSPC')) {
          throw new IntegrationError('object_store', {
            detail: 'The model store is full.',
            remedy: 'Nothing was saved. A platform admin makes room, then upload again.',
            cause: error,
          })
        }
        throw error
      } finally {
        await rm(incoming, { force: true })
      }
    },
    async get(digest, range) {
      if ((await sizeOf(digest)) === undefined) throw notFound('This file')
      return createReadStream(pathOf(digest), range)
    },
    async stat(digest) {
      const sizeBytes = await sizeOf(digest)
      return sizeBytes === undefined ? undefined : { sizeBytes }
    },
    async localPath(digest) {
      if ((await sizeOf(digest)) === undefined) throw notFound('This file')
      return { path: pathOf(digest), release: async () => {} }
    },
    async probe() {
      await mkdir(folder, { recursive: true })
      const probe = join(folder, `.probe-${randomUUID()}`)
      await (await open(probe, 'wx')).close()
      await rm(probe)
      return { version: 'files' }
    },
  }
}

const tooLarge = (maxBytes: number) =>
  failure(
    'payload_too_large',
    `The file is larger than the ${Math.round(maxBytes / 2 ** 20)} MiB that can be stored.`,
    'Upload a smaller model.',
  )

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r')
  await file.sync().finally(() => file.close())
}

/** A hard link either makes the name or finds it taken: never half a file, never an overwrite. */
async function publish(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

const isCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code
