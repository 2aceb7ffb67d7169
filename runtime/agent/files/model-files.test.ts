import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ModelFiles, type ModelFilesOptions } from './model-files.ts'

const bytes = Buffer.from('the bytes of a model')
const hex = createHash('sha256').update(bytes).digest('hex')
const digest = `sha256:${hex}`
const { signal } = new AbortController()

let folder: string
const servers: Server[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-files-'))
  await mkdir(join(folder, 'store/sha256'), { recursive: true })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  await rm(folder, { recursive: true, force: true })
})

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = Object(server.address()) satisfies AddressInfo
  return `http://127.0.0.1:${port}`
}
const openFiles = (more: Partial<ModelFilesOptions> = {}) =>
  ModelFiles.open({
    cache: join(folder, 'cache'),
    store: pathToFileURL(join(folder, 'store')),
    allowed: [],
    maxBytes: 1000,
    idleMilliseconds: 300,
    ...more,
  })
const cached = () => readdir(join(folder, 'cache/sha256'))

describe('a model file', () => {
  it('is looked up by digest in the store', async () => {
    await writeFile(join(folder, 'store/sha256', hex), bytes)
    const { path } = await (await openFiles()).get(digest, undefined, signal)
    expect(await readFile(path ?? '')).toEqual(bytes)
  })

  it('is refused when its bytes are others than its digest says, and nothing is kept', async () => {
    await writeFile(join(folder, 'store/sha256', hex), 'other bytes')
    const { failure } = await (await openFiles()).get(digest, undefined, signal)
    expect(failure?.reason).toBe('DigestMismatch')
    expect(await cached()).toEqual([])
  })

  it('is fetched once for all who ask at the same time', async () => {
    let asked = 0
    const url = await serve((_, response) => {
      asked += 1
      response.end(bytes)
    })
    const files = await openFiles({ store: new URL(`${url}/models`) })
    await Promise.all([1, 2, 3].map(() => files.get(digest, undefined, signal)))
    await files.get(digest, undefined, signal)
    expect(asked).toBe(1)
  })

  it('is fetched again when the disk did not keep it', async () => {
    await writeFile(join(folder, 'store/sha256', hex), bytes)
    const { path } = await (await openFiles()).get(digest, undefined, signal)
    await writeFile(path ?? '', 'rotten')
    const again = await openFiles()
    expect(await again.has(digest)).toBe(false)
    expect(await readFile((await again.get(digest, undefined, signal)).path ?? '')).toEqual(bytes)
  })

  it('that a crash left half-written is cleared away', async () => {
    await openFiles()
    await writeFile(join(folder, 'cache/sha256', `${hex}.x.part`), 'half')
    await openFiles()
    expect(await cached()).toEqual([])
  })

  it('that nobody needs any more is removed', async () => {
    await writeFile(join(folder, 'store/sha256', hex), bytes)
    const files = await openFiles()
    await files.get(digest, undefined, signal)
    await files.keepOnly(new Set([digest]))
    expect(await cached()).toEqual([hex])
    await files.keepOnly(new Set())
    expect(await cached()).toEqual([])
    expect(await files.has(digest)).toBe(false)
  })
})

describe('an address in a spec', () => {
  const secret = () => pathToFileURL(join(folder, 'secret')).href

  it('is refused unless an operator allowed it', async () => {
    await writeFile(join(folder, 'secret'), bytes)
    expect((await (await openFiles()).get(digest, secret(), signal)).failure).toMatchObject({
      reason: 'FetchFailed',
      retry: false,
    })
    const allowed = await openFiles({ allowed: [pathToFileURL(folder).href] })
    expect((await allowed.get(digest, secret(), signal)).path).toBeDefined()
  })

  it.each(['/../secret', '/%2e%2e/secret', '/x/../../secret'])('cannot leave the store by %s', async (climb) => {
    await writeFile(join(folder, 'secret'), bytes)
    const { failure } = await (await openFiles()).get(
      digest,
      `${pathToFileURL(join(folder, 'store')).href}${climb}`,
      signal,
    )
    expect(failure?.reason).toBe('FetchFailed')
  })

  it('is not allowed for beginning like an allowed one', async () => {
    const files = await openFiles({ allowed: ['http://127.0.0.1:1'] })
    const { failure } = await files.get(digest, 'http://127.0.0.1:1.evil.test/m', signal)
    expect(failure?.retry).toBe(false)
  })

  it('does not show the signature of a presigned address', async () => {
    const { failure } = await (await openFiles()).get(digest, 'https://store.test/m?X-Amz-Signature=abc', signal)
    expect(failure?.message).not.toContain('abc')
  })
})

describe('a store that fails', () => {
  const failureFrom = async (listener: RequestListener, more: Partial<ModelFilesOptions> = {}) => {
    const files = await openFiles({ store: new URL(await serve(listener)), ...more })
    return (await files.get(digest, undefined, signal)).failure
  }

  it('by not having the file', async () => {
    const failure = await failureFrom((_, response) => response.writeHead(404).end())
    expect(failure).toMatchObject({
      reason: 'FetchFailed',
      retry: true,
      message: expect.stringContaining('the store has no such file'),
    })
  })

  it('by sending elsewhere is not followed', async () => {
    const failure = await failureFrom((_, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    )
    expect(failure?.message).toContain('302')
  })

  it('by ending early', async () => {
    const failure = await failureFrom((_, response) => {
      response.writeHead(200, { 'content-length': '20' })
      response.write(bytes.subarray(0, 5), () => response.destroy())
    })
    expect(failure?.reason).toBe('FetchFailed')
    expect(await cached()).toEqual([])
  })

  it('by falling silent', async () => {
    const failure = await failureFrom((_, response) => response.write('a'))
    expect(failure?.message).toContain('sent nothing for 300 ms')
  })

  it('by never ending', async () => {
    const failure = await failureFrom((_, response) => response.end(Buffer.alloc(2000)))
    expect(failure?.message).toContain('more than 1000 bytes')
  })
})

it('reads a store that speaks S3', async () => {
  const asked: string[] = []
  const url = await serve((request, response) => {
    asked.push(request.url ?? '')
    const found = request.url?.startsWith(`/models/prefix/sha256/${hex}`)
    if (found) response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
    else
      response
        .writeHead(404, { 'content-type': 'application/xml' })
        .end('<Error><Code>NoSuchKey</Code><Message>no</Message></Error>')
  })
  vi.stubEnv('AWS_ENDPOINT_URL_S3', url)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  const files = await openFiles({ store: new URL('s3://models/prefix'), idleMilliseconds: 10_000 })
  expect((await files.get(digest, undefined, signal)).path).toBeDefined()
  const { failure } = await files.get(`sha256:${'0'.repeat(64)}`, undefined, signal)
  expect(failure?.message).toContain('the store has no such file')
  expect(asked).toHaveLength(2)
})
