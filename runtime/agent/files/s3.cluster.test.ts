import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { obtainTool } from '#sandbox/real/binaries/obtain.ts'
import { S3_SERVER } from '#sandbox/real/binaries/tools.ts'
import { type S3Server, startS3Server } from '#sandbox/real/s3/s3-server.ts'
import { ModelFiles } from './model-files.ts'

const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251))
const hex = createHash('sha256').update(bytes).digest('hex')
const digest = `sha256:${hex}`
const key = `registry/sha256/${hex}`
const { signal } = new AbortController()

let state: string
let server: S3Server
let root: S3Client
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'agent-s3-'))
  server = await startS3Server({ state, binary: await obtainTool(S3_SERVER, (message) => console.error(message)) })
  root = new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    forcePathStyle: true,
    credentials: { accessKeyId: server.root.access, secretAccessKey: server.root.secret },
  })
})
afterAll(async () => {
  await server?.stop()
  await rm(state, { recursive: true, force: true })
})

let cache: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'agent-cache-'))
  await put(bytes)
  vi.stubEnv('AWS_ENDPOINT_URL_S3', server.endpoint)
  vi.stubEnv('AWS_REGION', server.region)
  vi.stubEnv('AWS_ACCESS_KEY_ID', server.root.access)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.root.secret)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true, force: true })
})

const put = (Body: Buffer) => root.send(new PutObjectCommand({ Bucket: server.bucket, Key: key, Body }))
const signed = (expiresIn: number) =>
  getSignedUrl(root, new GetObjectCommand({ Bucket: server.bucket, Key: key }), { expiresIn })
const openFiles = (allowed: string[] = []) =>
  ModelFiles.open({
    cache,
    store: new URL(`s3://${server.bucket}/registry`),
    allowed,
    maxBytes: 1_000_000,
    idleMilliseconds: 2000,
  })

describe('a model in a bucket, by a real S3 server', () => {
  it('is fetched by its digest', async () => {
    const { path } = await (await openFiles()).get(digest, undefined, signal)
    expect(await readFile(path ?? '')).toEqual(bytes)
  })

  it('is fetched from the server that the store names, whatever the environment and an address say', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', 'http://127.0.0.1:1')
    const files = await ModelFiles.open({
      cache,
      store: new URL(`s3://${server.bucket}/registry`),
      s3: { endpoint: server.endpoint, region: server.region },
      allowed: [],
      maxBytes: 1_000_000,
      idleMilliseconds: 2000,
    })
    const address = `s3://${server.bucket}/registry/sha256/${hex}?endpoint=http://127.0.0.1:2`
    const { path } = await files.get(digest, address, signal)
    expect(await readFile(path ?? '')).toEqual(bytes)
  })

  it('is fetched by a presigned address, where an operator allowed the place', async () => {
    const address = await signed(60)
    expect((await (await openFiles()).get(digest, address, signal)).failure).toMatchObject({ retry: false })
    const { path } = await (await openFiles([server.endpoint])).get(digest, address, signal)
    expect(await readFile(path ?? '')).toEqual(bytes)
  })

  it('is not fetched by an address that has expired or was changed, and the message keeps its secret', async () => {
    const files = await openFiles([server.endpoint])
    const address = new URL(await signed(60))
    address.searchParams.set('X-Amz-Expires', '61')
    const { failure } = await files.get(digest, address.href, signal)
    expect(failure).toMatchObject({
      reason: 'FetchFailed',
      retry: true,
      message: expect.stringContaining('the store answered 4'),
    })
    expect(failure?.message).not.toContain(address.searchParams.get('X-Amz-Signature'))
  })

  it('that is not there is said to be missing', async () => {
    const { failure } = await (await openFiles()).get(`sha256:${'0'.repeat(64)}`, undefined, signal)
    expect(failure).toMatchObject({
      reason: 'FetchFailed',
      message: expect.stringContaining('the store has no such file'),
    })
  })

  it('that was replaced is not used', async () => {
    await put(Buffer.from(bytes).fill(1, 0, 10))
    expect((await (await openFiles()).get(digest, undefined, signal)).failure?.reason).toBe('DigestMismatch')
  })

  it('behind a line that is cut or redirects is not used', async () => {
    let answer: 'cut' | 'redirect' = 'cut'
    const proxy = createServer((_, response) => {
      if (answer === 'redirect') return response.writeHead(307, { location: 'file:///etc/passwd' }).end()
      response.writeHead(200, { 'content-length': bytes.length })
      return response.write(bytes.subarray(0, 100_000), () => response.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = Object(proxy.address()) satisfies AddressInfo
    const address = (await signed(60)).replace(server.endpoint, `http://127.0.0.1:${port}`)
    const files = await openFiles([`http://127.0.0.1:${port}`])
    expect((await files.get(digest, address, signal)).failure).toMatchObject({ reason: 'FetchFailed', retry: true })
    answer = 'redirect'
    expect((await files.get(digest, address, signal)).failure?.message).toContain('307')
    await new Promise((resolve) => proxy.close(resolve))
    expect((await files.get(digest, undefined, signal)).path).toBeDefined()
  })
})
