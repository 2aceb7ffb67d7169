/**
 * Model files on this machine, by digest, each alone in its own folder: onnxruntime resolves whatever a model refers to
 * against that folder, and there is nothing else in it.
 */
import { createHash, randomUUID } from 'node:crypto'
import { constants, createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import type { VersionSpec } from '../control/contract.ts'
import { openHttp } from './http-source.ts'

const MAX_MODEL_BYTES = 2 ** 31
const FETCH_TIMEOUT = 600_000
/** What this repository puts into its folder. */
const KEPT = /^(sha256-[0-9a-f]{64}|arriving-.{36})$/

export class ModelUnavailable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ModelUnavailable'
  }
}

export interface Repository {
  /** The verified file of a version, fetched when it is not here yet. */
  obtain: (version: VersionSpec, signal: AbortSignal) => Promise<{ path: string; digest: string }>
  /** Removes files that nobody uses and nobody has asked for in so long, and what a crash left of a download. */
  tidy: (inUse: ReadonlySet<string>, idleMilliseconds: number) => Promise<void>
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

export const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1_048_576 }), hash)
  return `sha256:${hash.digest('hex')}`
}

const limited = (): Transform => {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      if (seen > MAX_MODEL_BYTES)
        done(new ModelUnavailable('the model is larger than 2 GB, the most ONNX allows in one file'))
      else done(null, chunk)
    },
  })
}

const download = async (url: string, to: string, signal: AbortSignal): Promise<void> => {
  const source = new URL(url)
  if (source.protocol === 'file:') {
    await copyFile(fileURLToPath(source), to, constants.COPYFILE_FICLONE)
    return
  }
  if (source.protocol !== 'http:' && source.protocol !== 'https:') {
    throw new ModelUnavailable(`the runtime fetches file:// and http(s):// addresses, not ${source.protocol}//`)
  }
  const either = AbortSignal.any([signal, AbortSignal.timeout(FETCH_TIMEOUT)])
  const response = await openHttp(source, either)
  await pipeline(response, limited(), createWriteStream(to), { signal: either })
}

const sourceOf = (version: VersionSpec, store: string): string => {
  if (version.url !== undefined) return version.url
  if (version.digest === undefined)
    throw new ModelUnavailable('the version names neither a digest nor a path nor an address')
  if (store === '')
    throw new ModelUnavailable('the version has only a digest, and this runtime has no --store to look it up in')
  return `${store.replace(/\/$/, '')}/${version.digest.replace(':', '/')}`
}

export const createRepository = (folder: string, store: string): Repository => {
  const place = (digest: string): string => join(folder, digest.replace(':', '-'), 'model.onnx')

  const bring = async (version: VersionSpec, signal: AbortSignal): Promise<{ path: string; digest: string }> => {
    const arriving = join(folder, `arriving-${randomUUID()}`)
    try {
      if (version.path !== undefined) await copyFile(version.path, arriving, constants.COPYFILE_FICLONE)
      else await download(sourceOf(version, store), arriving, signal)
      const digest = await digestOf(arriving)
      if (version.digest !== undefined && digest !== version.digest) {
        throw new ModelUnavailable(
          `the bytes that were fetched have the digest ${digest}, wanted ${version.digest}: they are not used`,
        )
      }
      const path = place(digest)
      await mkdir(join(path, '..'), { recursive: true })
      const file = await open(arriving, 'r+')
      await file.sync().finally(() => file.close())
      await rename(arriving, path)
      return { path, digest }
    } catch (error) {
      if (error instanceof ModelUnavailable) throw error
      throw new ModelUnavailable(
        `the model cannot be fetched: ${error instanceof Error ? error.message : String(error)}`,
      )
    } finally {
      await rm(arriving, { force: true })
    }
  }

  return {
    obtain: async (version, signal) => {
      await mkdir(folder, { recursive: true })
      if (version.digest !== undefined) {
        const path = place(version.digest)
        // A file that was cut short by a crash or a full disk must not be believed by its name.
        if ((await exists(path)) && (await digestOf(path)) === version.digest) {
          const now = new Date()
          await utimes(join(path, '..'), now, now)
          return { path, digest: version.digest }
        }
      }
      return bring(version, signal)
    },
    tidy: async (inUse, idleMilliseconds) => {
      for (const name of await readdir(folder).catch(() => [])) {
        if (!KEPT.test(name) || inUse.has(name.replace('-', ':'))) continue
        const path = join(folder, name)
        const { mtimeMs } = await stat(path)
        if (Date.now() - mtimeMs > idleMilliseconds) await rm(path, { recursive: true, force: true })
      }
    },
  }
}
