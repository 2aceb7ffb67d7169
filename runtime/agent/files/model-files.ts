/**
 * Model files on this machine, by digest. A file appears under its name only when it is complete and its digest is
 * right, so that a crash leaves nothing half-written behind, and it stays while a model needs it.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { addAbortSignal } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Sha256Digest, storeKeyOf } from '#server/contracts/inference/names.ts'
import { textOf } from '../reporting/log.ts'
import { type OpenSource, type S3Settings, sourceOpener } from './sources.ts'

export type FileFailure = { reason: 'FetchFailed' | 'DigestMismatch'; message: string; retry: boolean }

export type FileResult = { path: string; failure?: undefined } | { path?: undefined; failure: FileFailure }

export type ModelFilesOptions = {
  cache: string
  store: URL
  s3?: S3Settings
  /** Places a model may be fetched from besides the store: anything below one of these. */
  allowed: readonly string[]
  maxBytes: number
  idleMilliseconds: number
  onFetched?: (bytes: number, milliseconds: number) => void
}

export class ModelFiles {
  readonly #options: ModelFilesOptions
  readonly #folder: string
  readonly #open: OpenSource
  /** Digests whose files were checked by this process. */
  readonly #checked = new Set<string>()
  readonly #running = new Map<string, Promise<FileResult>>()

  private constructor(options: ModelFilesOptions) {
    this.#options = options
    this.#folder = join(options.cache, 'sha256')
    this.#open = sourceOpener(options.s3)
  }

  static async open(options: ModelFilesOptions): Promise<ModelFiles> {
    const files = new ModelFiles(options)
    await mkdir(files.#folder, { recursive: true })
    for (const name of await readdir(files.#folder))
      if (name.endsWith('.part')) await rm(join(files.#folder, name), { force: true })
    return files
  }

  async has(digest: Sha256Digest): Promise<boolean> {
    const path = this.#pathOf(digest)
    if (this.#checked.has(digest)) return await exists(path)
    if (!(await exists(path))) return false
    if ((await digestOf(path)) === digest) {
      this.#checked.add(digest)
      return true
    }
    await rm(path, { force: true }) // the disk did not keep what was written: fetch it again
    return false
  }

  /** Two models that ask for the same file share one download. */
  get(digest: Sha256Digest, url: string | undefined, signal: AbortSignal): Promise<FileResult> {
    const key = `${digest} ${url ?? ''}`
    const running = this.#running.get(key)
    if (running) return running
    const started = this.#get(digest, url, signal).finally(() => this.#running.delete(key))
    this.#running.set(key, started)
    return started
  }

  async keepOnly(digests: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const digest = `sha256:${name}`
      if (name.endsWith('.part') || digests.has(digest)) continue
      this.#checked.delete(digest)
      await rm(join(this.#folder, name), { force: true })
    }
  }

  async #get(digest: Sha256Digest, url: string | undefined, signal: AbortSignal): Promise<FileResult> {
    if (await this.has(digest)) return { path: this.#pathOf(digest) }
    const address = this.#addressOf(digest, url)
    if (!address) return refused(url ?? '')
    const part = `${this.#pathOf(digest)}.${randomUUID()}.part`
    const started = performance.now()
    try {
      const { got, bytes } = await this.#download(address, part, signal)
      if (got !== digest) return mismatch(digest, got, bytes)
      await rename(part, this.#pathOf(digest))
      this.#checked.add(digest)
      this.#options.onFetched?.(bytes, performance.now() - started)
      return { path: this.#pathOf(digest) }
    } catch (error) {
      return failed(digest, url !== undefined, error)
    } finally {
      await rm(part, { force: true })
    }
  }

  async #download(address: URL, part: string, signal: AbortSignal): Promise<{ got: string; bytes: number }> {
    const { maxBytes, idleMilliseconds } = this.#options
    const idle = new AbortController()
    const timer = setTimeout(
      () => idle.abort(new Error(`The store sent nothing for ${idleMilliseconds} ms.`)),
      idleMilliseconds,
    )
    const either = AbortSignal.any([signal, idle.signal])
    const hash = createHash('sha256')
    let bytes = 0
    try {
      await using file = await open(part, 'w')
      for await (const chunk of addAbortSignal(either, await this.#open(address, either))) {
        timer.refresh()
        bytes += chunk.length
        if (bytes > maxBytes) throw new Error(tooLarge(maxBytes))
        hash.update(chunk)
        await file.writeFile(chunk)
      }
      await file.sync()
    } catch (error) {
      throw idle.signal.aborted ? idle.signal.reason : error
    } finally {
      clearTimeout(timer)
    }
    return { got: `sha256:${hash.digest('hex')}`, bytes }
  }

  #addressOf(digest: Sha256Digest, url: string | undefined): URL | undefined {
    const store = folderOf(this.#options.store.href)
    if (url === undefined) return new URL(storeKeyOf(digest), store)
    const address = URL.canParse(url) ? new URL(url) : undefined
    return address && [store, ...this.#options.allowed.map(folderOf)].some((start) => address.href.startsWith(start))
      ? address
      : undefined
  }

  #pathOf(digest: Sha256Digest): string {
    return join(this.#folder, digest.slice('sha256:'.length))
  }
}

/** Ends in a slash, so that neither another host nor another folder can merely begin alike. */
const folderOf = (address: string): string => new URL(address).href.replace(/\/?$/, '/')

const exists = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false // not there, or not readable: either way it has to be fetched
  }
}

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return `sha256:${hash.digest('hex')}`
}

const tooLarge = (most: number): string =>
  `The file has more than ${most} bytes, the most this agent takes (--max-model-bytes).`

const refused = (url: string): FileResult => ({
  failure: {
    reason: 'FetchFailed',
    retry: false,
    message: `This runtime may not fetch from ${shown(url)}. Leave modelRef.url out to use the runtime's own store, or ask an operator to start the agent with --allow-url.`,
  },
})

const mismatch = (wanted: string, got: string, bytes: number): FileResult => ({
  failure: {
    reason: 'DigestMismatch',
    retry: true,
    message: `The store returned ${bytes} bytes with the digest ${got} instead of ${wanted}. The stored file is damaged or was replaced: upload the model again and deploy the version that gets registered.`,
  },
})

const failed = (digest: string, byUrl: boolean, error: unknown): FileResult => ({
  failure: {
    reason: 'FetchFailed',
    retry: true,
    message: `The model ${digest} could not be fetched: ${isMissing(error) ? 'the store has no such file' : textOf(error)}. ${
      byUrl
        ? 'Check modelRef.url, which may have expired.'
        : 'Check that the version is still in the registry and that the store can be reached.'
    } The agent tries again by itself.`,
  },
})

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && error.code === 'ENOENT') || error.name === 'NoSuchKey' || /answered 404/.test(error.message))

/** Presigned addresses carry a secret behind the question mark. */
const shown = (url: string): string => JSON.stringify(url.split('?')[0]?.slice(0, 200))
