/**
 * The object store in a bucket. What is published is never overwritten: a put is conditional on there being nothing.
 *
 *   <prefix>sha256/<digest>            what is published
 *   <prefix>incoming/<upload>/000001   the parts of an upload that takes its time
 *
 * A file is named by its digest, which is known when its last byte has come: until then it lies in a private file on
 * this machine, where it is looked at as well.
 */
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { Sha256, UploadId } from '../../contracts/names.ts'
import { notFound, PortalError } from '../../errors.ts'
import {
  type Intake,
  keyOf,
  type ObjectStore,
  type Part,
  partName,
  presignedAtMost,
  type Range,
  type Stored,
} from '../../ports/object-store/object-store.ts'
import type { S3Place } from '../../ports/object-store/object-store-url.ts'
import { badRange, demandRange, explaining, inSequence, proven, provenToBe, takeIn, takePart } from '../model-bytes.ts'
import { checkPermissions } from './check.ts'
import { factsOf, isMissing, isTaken, toldOf } from './errors.ts'
import { abortStale, publishFile, sha256InBase64 } from './publish.ts'
import { openSpool, spoolOf, tidySpool } from './spool.ts'

const ownersAlone = (path: string) => createWriteStream(path, { flags: 'wx', mode: 0o600 })

type Options = {
  /** Where files lie while they are taken in. */
  spool?: string
  /** How long the store may be silent. */
  patienceMilliseconds?: number
  attempts?: number
}

export function createS3Store(place: S3Place, options: Options = {}): ObjectStore {
  const { spool = spoolOf(place), patienceMilliseconds = 20_000, attempts = 4 } = options
  const { bucket, prefix, region, endpoint, pathStyle } = place
  const client = new S3Client({
    ...(region ? { region } : endpoint ? { region: 'us-east-1' } : {}),
    ...(endpoint ? { endpoint } : {}),
    forcePathStyle: pathStyle,
    maxAttempts: attempts,
    // Every put carries its SHA-256; further checksums are unknown to many servers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: Math.min(3000, patienceMilliseconds),
      requestTimeout: patienceMilliseconds,
      throwOnRequestTimeout: true,
      socketTimeout: patienceMilliseconds,
    },
  })
  const at = (name: string) => ({ Bucket: bucket, Key: `${prefix}${name}` })
  const partsOf = (upload: UploadId) => `incoming/${upload}/`

  async function sizeOf(digest: Sha256): Promise<number | undefined> {
    try {
      return (await client.send(new HeadObjectCommand(at(keyOf(digest))))).ContentLength
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  async function open(name: string, range?: Range): Promise<Readable> {
    const asked = range ? { Range: `bytes=${range.start}-${range.end}` } : {}
    const { Body } = await client.send(new GetObjectCommand({ ...at(name), ...asked }))
    if (!(Body instanceof Readable)) throw new Error('An S3 object has no body')
    return Body
  }

  /** What lies under a name, a page at a time. */
  async function* list(under: string) {
    let token: string | undefined
    do {
      const more = token ? { ContinuationToken: token } : {}
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}${under}`, ...more }))
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        if (Key) yield { name: Key.slice(prefix.length), sizeBytes: Size ?? 0, touched: LastModified ?? new Date() }
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined
    } while (token)
  }

  const remove = (name: string) => client.send(new DeleteObjectCommand(at(name)))

  async function put(bytes: Readable, intake: Intake): Promise<Stored> {
    await openSpool(spool)
    const path = join(spool, randomUUID())
    try {
      const taken = await takeIn(bytes, path, intake, ownersAlone)
      return { ...taken, alreadyThere: !(await publish(path, taken)) }
    } finally {
      await rm(path, { force: true })
    }
  }

  /** What is there stays, unless it is damaged. */
  async function publish(path: string, { digest, sizeBytes }: { digest: Sha256; sizeBytes: number }): Promise<boolean> {
    const file = { path, digest, sizeBytes }
    if ((await sizeOf(digest)) === undefined) {
      try {
        await publishFile(client, at(keyOf(digest)), file)
        return true
      } catch (error) {
        if (!isTaken(error)) throw error
      }
    }
    if (!(await isWhole(digest))) await publishFile(client, at(keyOf(digest)), file, { replace: true })
    return false
  }

  async function isWhole(digest: Sha256): Promise<boolean> {
    try {
      await pipeline(await open(keyOf(digest)), provenToBe(digest).resume())
      return true
    } catch (error) {
      if (error instanceof PortalError) return false
      throw error
    }
  }

  async function parts(upload: UploadId): Promise<Part[]> {
    const found: Part[] = []
    for await (const { name, sizeBytes } of list(partsOf(upload))) {
      found.push({ number: Number(name.slice(partsOf(upload).length)), sizeBytes })
    }
    return found.sort((a, b) => a.number - b.number)
  }

  const store: ObjectStore = {
    put,
    async get(digest, range) {
      if (range) demandRange(range)
      try {
        const bytes = await open(keyOf(digest), range)
        return range ? bytes : proven(bytes, digest)
      } catch (error) {
        if (isMissing(error)) throw notFound('This file')
        if (factsOf(error).status === 416) throw badRange()
        throw error
      }
    },
    async stat(digest) {
      const sizeBytes = await sizeOf(digest)
      return sizeBytes === undefined ? undefined : { sizeBytes }
    },
    async presign(digest, seconds) {
      if ((await sizeOf(digest)) === undefined) throw notFound('This file')
      const expiresIn = Math.min(Math.max(Math.floor(seconds), 1), presignedAtMost)
      return getSignedUrl(client, new GetObjectCommand(at(keyOf(digest))), { expiresIn })
    },
    async putPart(upload, number, bytes, part) {
      const held = await takePart(bytes, part)
      const checked = { Body: held, ContentLength: held.length, ChecksumSHA256: sha256InBase64(held) }
      await client.send(new PutObjectCommand({ ...at(`${partsOf(upload)}${partName(number)}`), ...checked }))
    },
    parts,
    async assemble(upload, intake) {
      const sequence = inSequence(await parts(upload))
      async function* all() {
        for (const { number } of sequence) yield* await open(`${partsOf(upload)}${partName(number)}`)
      }
      return put(Readable.from(all(), { objectMode: false }), intake)
    },
    async abandon(upload) {
      for await (const { name } of list(partsOf(upload))) await remove(name)
    },
    async tidy(before) {
      const uploads = new Map<string, { names: string[]; touched: Date }>()
      for await (const { name, touched } of list('incoming/')) {
        const upload = name.split('/')[1] ?? ''
        const { names, touched: last } = uploads.get(upload) ?? { names: [], touched }
        uploads.set(upload, { names: [...names, name], touched: touched > last ? touched : last })
      }
      const left = [...uploads.values()].filter(({ touched }) => touched < before)
      for (const { names } of left) for (const name of names) await remove(name)
      return (
        left.length + (await abortStale(client, bucket, `${prefix}sha256/`, before)) + (await tidySpool(spool, before))
      )
    },
    async probe() {
      await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}sha256/`, MaxKeys: 1 }))
      const facts = [
        { label: 'Bucket', value: `${bucket}/${prefix}`.replace(/\/$/, ''), ok: null },
        { label: 'Server', value: endpoint ?? `Amazon S3 in ${await client.config.region()}`, ok: null },
      ]
      return { version: 's3', facts }
    },
    check: () => checkPermissions(client, bucket, prefix),
  }

  return explaining(store, toldOf)
}
