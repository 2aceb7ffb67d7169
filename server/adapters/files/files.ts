/**
 * The object store in a folder: each object lies under its digest and appears there complete or not at all.
 *
 *   sha256/<digest>            what is published
 *   incoming/<id>              a file on its way in
 *   incoming/<upload>/000001   the parts of an upload that takes its time
 */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Sha256, UploadId } from '../../contracts/names.ts'
import { IntegrationError, notFound, PortalError } from '../../errors.ts'
import {
  type Intake,
  keyOf,
  type ObjectStore,
  type Part,
  partName,
  type Stored,
} from '../../ports/object-store/object-store.ts'
import {
  badRange,
  demandRange,
  explaining,
  inSequence,
  proven,
  provenToBe,
  storeFull,
  takeIn,
  takePart,
} from '../model-bytes.ts'

type Options = { write?: (path: string) => Writable }

export function createFileStore(folder: string, { write }: Options = {}): ObjectStore {
  const incoming = join(folder, 'incoming')
  const pathOf = (digest: Sha256) => join(folder, keyOf(digest))
  const partsOf = (upload: UploadId) => join(incoming, upload)

  async function sizeOf(digest: Sha256): Promise<number | undefined> {
    return stat(pathOf(digest)).then(({ size }) => size, unlessMissing)
  }

  async function put(bytes: Readable, intake: Intake): Promise<Stored> {
    await mkdir(join(folder, 'sha256'), { recursive: true })
    await mkdir(incoming, { recursive: true })
    const path = join(incoming, randomUUID())
    try {
      const taken = await takeIn(bytes, path, intake, write)
      return { ...taken, alreadyThere: !(await publish(path, taken.digest)) }
    } finally {
      await rm(path, { force: true })
    }
  }

  /** A hard link either makes the name or finds it taken: never half a file. What is there stays, unless it is damaged. */
  async function publish(path: string, digest: Sha256): Promise<boolean> {
    try {
      await link(path, pathOf(digest))
      return true
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error
      if (!(await isWhole(digest))) await rename(path, pathOf(digest))
      return false
    }
  }

  async function isWhole(digest: Sha256): Promise<boolean> {
    try {
      await pipeline(createReadStream(pathOf(digest)), provenToBe(digest).resume())
      return true
    } catch (error) {
      if (error instanceof PortalError) return false
      throw error
    }
  }

  async function parts(upload: UploadId): Promise<Part[]> {
    const names = (await readdir(partsOf(upload)).catch(unlessMissing)) ?? []
    const whole = names.filter((name) => /^\d{6}$/.test(name)).sort()
    // What is given up meanwhile is not there.
    const sizes = await Promise.all(
      whole.map((name) => stat(join(partsOf(upload), name)).then(({ size }) => size, unlessMissing)),
    )
    return whole.flatMap((name, place) => {
      const sizeBytes = sizes[place]
      return sizeBytes === undefined ? [] : [{ number: Number(name), sizeBytes }]
    })
  }

  const store: ObjectStore = {
    put,
    async get(digest, range) {
      const size = await sizeOf(digest)
      if (size === undefined) throw notFound('This file')
      if (!range) return proven(createReadStream(pathOf(digest)), digest)
      demandRange(range)
      if (range.start >= size) throw badRange()
      return createReadStream(pathOf(digest), range)
    },
    async stat(digest) {
      const sizeBytes = await sizeOf(digest)
      return sizeBytes === undefined ? undefined : { sizeBytes }
    },
    async presign(digest) {
      if ((await sizeOf(digest)) === undefined) throw notFound('This file')
      return undefined
    },
    async putPart(upload, number, bytes, part) {
      const held = await takePart(bytes, part)
      await mkdir(partsOf(upload), { recursive: true })
      const path = join(partsOf(upload), `${randomUUID()}.part`)
      try {
        if (write) await pipeline(Readable.from([held]), write(path))
        else await writeFile(path, held, { flush: true })
        await rename(path, join(partsOf(upload), partName(number)))
      } finally {
        await rm(path, { force: true })
      }
    },
    parts,
    async assemble(upload, intake) {
      const sequence = inSequence(await parts(upload))
      async function* all() {
        for (const { number } of sequence) yield* createReadStream(join(partsOf(upload), partName(number)))
      }
      return put(Readable.from(all(), { objectMode: false }), intake)
    },
    async abandon(upload) {
      await rm(partsOf(upload), { recursive: true, force: true, maxRetries: 3 }) // a part may be arriving
    },
    async tidy(before) {
      const names = (await readdir(incoming).catch(unlessMissing)) ?? []
      let dropped = 0
      for (const name of names) {
        const path = join(incoming, name)
        const touched = await stat(path).then(({ mtime }) => mtime, unlessMissing)
        if (!touched || touched >= before) continue
        await rm(path, { recursive: true, force: true })
        dropped += 1
      }
      return dropped
    },
    async probe() {
      await tryWriting()
      return { version: 'files', facts: [{ label: 'Folder', value: folder, ok: null }] }
    },
    async check() {
      const tried = tryWriting().then(
        () => true,
        () => false,
      )
      return [{ label: 'Write and remove files', value: (await tried) ? 'allowed' : 'refused', ok: await tried }]
    },
  }

  async function tryWriting(): Promise<void> {
    await mkdir(folder, { recursive: true })
    const path = join(folder, `.probe-${randomUUID()}`)
    await (await open(path, 'wx')).close()
    await rm(path)
  }

  return explaining(store, toldOf(folder))
}

/** What the file system says, in words for people. */
const toldOf = (folder: string) => (error: unknown) => {
  if (error instanceof PortalError || !(error instanceof Error) || !('syscall' in error)) return error
  if (isCode(error, 'ENOSPC') || isCode(error, 'EDQUOT')) return storeFull(error)
  return new IntegrationError('object_store', {
    detail: `The folder of the model store cannot be used (${'code' in error ? error.code : error.message}).`,
    remedy: `A platform admin checks that ${folder} is mounted, is a folder, and that the portal may write to it.`,
    cause: error,
  })
}

function unlessMissing(error: unknown): undefined {
  if (!isCode(error, 'ENOENT')) throw error
}

const isCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code
