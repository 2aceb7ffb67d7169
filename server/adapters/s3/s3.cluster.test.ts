import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sourceOpener } from '#runtime/agent/files/sources.ts'
import { obtainTool } from '#sandbox/real/binaries/obtain.ts'
import { S3_SERVER } from '#sandbox/real/binaries/tools.ts'
import { type S3Server, startS3Server } from '#sandbox/real/s3/s3-server.ts'
import type { Sha256 } from '../../contracts/names.ts'
import { objectStoreContract } from '../../ports/object-store/object-store.contract.ts'
import { keyOf, type ObjectStore } from '../../ports/object-store/object-store.ts'
import { digestOf } from '../model-bytes.ts'
import { createS3Store } from './s3.ts'
import { type FaultProxy, faultProxy } from './testing/fault-proxy.ts'

const portal = { access: 'portal', secret: 'portal-secret-for-tests' }
const runtime = { access: 'runtime', secret: 'runtime-secret-for-tests' }

describe('the object store in a bucket, by a real S3 server', () => {
  let state: string
  let server: S3Server
  let proxy: FaultProxy
  let store: ObjectStore
  let spool: string

  const place = () => ({
    bucket: server.bucket,
    prefix: 'registry/',
    region: server.region,
    endpoint: proxy.url,
    pathStyle: true,
  })
  const as = ({ access, secret }: { access: string; secret: string }) => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', access)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret)
    return createS3Store(place(), { spool, patienceMilliseconds: 1000, attempts: 2 })
  }
  const rootClient = () =>
    new S3Client({
      endpoint: server.endpoint,
      region: server.region,
      forcePathStyle: true,
      credentials: { accessKeyId: server.root.access, secretAccessKey: server.root.secret },
    })
  const replace = async (digest: Sha256, bytes: Buffer) => {
    const Key = `registry/${keyOf(digest)}`
    await rootClient().send(new PutObjectCommand({ Bucket: server.bucket, Key, Body: bytes }))
  }

  beforeAll(async () => {
    state = mkdtempSync(join(tmpdir(), 'modelyard-s3-'))
    spool = join(state, 'spool')
    const binary = await obtainTool(S3_SERVER, (message) => console.error(message))
    server = await startS3Server({ state, binary, accounts: [portal, runtime] })
    proxy = await faultProxy(server.endpoint)
    const policies = JSON.parse(await readFile(join(import.meta.dirname, 'policy.json'), 'utf8'))
    await server.allow(bucketPolicy(policies, server.bucket, 'registry'))
    store = as(portal)
  })
  afterAll(async () => {
    await proxy?.close()
    await server?.stop()
    rmSync(state, { recursive: true, force: true })
  })

  objectStoreContract(
    () => ({
      store,
      everything: async () => [...(await filesIn(join(server.folder, 'registry'))), ...(await filesIn(spool))].sort(),
      damage: replace,
      trouble: {
        full: async () => {
          proxy.trouble = { kind: 'answer', when: /^PUT /, status: 507, code: 'InsufficientStorage' }
        },
        unreachable: async () => {
          proxy.trouble = { kind: 'cut', when: /./ }
        },
        stalled: async () => {
          proxy.trouble = { kind: 'stall', when: /./ }
        },
      },
      mended: async () => {
        proxy.trouble = null
      },
    }),
    { canStall: true },
  )

  describe('a file of several pieces', () => {
    const bytes = randomBytes(40 * 2 ** 20)
    const roomy = { maxBytes: 100 * 2 ** 20 }
    const put = () => store.put(Readable.from([bytes]), roomy)

    it('leaves nothing when it cannot be finished, and is whole when it is tried again', async () => {
      proxy.trouble = { kind: 'answer', when: /^PUT .*partNumber=3/, status: 403, code: 'AccessDenied' }
      await expect(put()).rejects.toMatchObject({ code: 'integration_unavailable' })
      proxy.trouble = null
      expect(await store.stat(digestOf(bytes))).toBeUndefined()
      const { Uploads } = await rootClient().send(new ListMultipartUploadsCommand({ Bucket: server.bucket }))
      expect(Uploads ?? []).toEqual([])
      expect(await put()).toMatchObject({ sizeBytes: bytes.length, alreadyThere: false })
      expect(digestOf(await buffer(await store.get(digestOf(bytes))))).toBe(digestOf(bytes))
    })

    it('is kept once when it comes twice at once', async () => {
      const other = randomBytes(33 * 2 ** 20)
      const both = await Promise.all([0, 1].map(() => store.put(Readable.from([other]), roomy)))
      expect(both.map((each) => each.alreadyThere).sort()).toEqual([false, true])
    })
  })

  it('sends a piece again that was lost on the way', async () => {
    const bytes = randomBytes(1000)
    proxy.struck = 0
    proxy.trouble = { kind: 'cut', when: /^PUT / }
    const put = store.put(Readable.from([bytes]), { maxBytes: 1000 })
    await vi.waitUntil(() => proxy.struck > 0, { interval: 1 })
    proxy.trouble = null
    expect((await put).digest).toBe(digestOf(bytes))
  })

  it('gives an address that opens one model for a while, to whoever has it', async () => {
    const bytes = randomBytes(1000)
    const { digest } = await store.put(Readable.from([bytes]), { maxBytes: 1000 })
    const address = (await store.presign(digest, 1)) ?? ''
    expect(Buffer.from(await (await fetch(address)).arrayBuffer())).toEqual(bytes)
    const other = digestOf(randomBytes(3))
    expect((await fetch(address.replace(digest, other))).status).toBe(403)
    expect((await fetch(address, { method: 'PUT', body: 'other' })).status).toBe(403)
    await expect.poll(async () => (await fetch(address)).status, { timeout: 5000 }).toBe(403)
  })

  it('is where the runtime’s agent gets its models, by its own store and account', async () => {
    const bytes = randomBytes(1000)
    const { digest } = await store.put(Readable.from([bytes]), { maxBytes: 1000 })
    as(runtime)
    vi.stubEnv('AWS_REGION', server.region)
    vi.stubEnv('AWS_ENDPOINT_URL_S3', server.endpoint)
    const address = new URL(`s3://${server.bucket}/registry/${keyOf(digest)}`)
    expect(await buffer(await sourceOpener()(address, AbortSignal.timeout(5000)))).toEqual(bytes)
  })

  describe('with the policies beside the adapter', () => {
    it('lets the portal do all it needs, and remove no model', async () => {
      expect((await store.check()).at(-1)).toEqual({
        label: 'Remove models',
        value: 'refused, as it should be',
        ok: true,
      })
    })

    it('lets the runtime read models, and nothing else', async () => {
      const bytes = randomBytes(1000)
      const { digest } = await store.put(Readable.from([bytes]), { maxBytes: 1000 })
      const reader = as(runtime)
      expect(await buffer(await reader.get(digest))).toEqual(bytes)
      const facts = await reader.check()
      const allowed = facts.filter((fact) => fact.value === 'allowed').map((fact) => fact.label)
      expect(allowed).toEqual(['Read models'])
      const put = reader.put(Readable.from([randomBytes(10)]), { maxBytes: 1000 })
      await expect(put).rejects.toMatchObject({ message: 'The model store does not let the portal do this.' })
    })

    it('tells an account that the store does not know what to look at', async () => {
      const stranger = as({ access: 'nobody', secret: 'nothing' })
      await expect(stranger.probe()).rejects.toMatchObject({
        explanation: { remedy: expect.stringContaining('AWS_ACCESS_KEY_ID') },
      })
    })
  })
})

/** Policies of accounts, as the one policy of a bucket that S3-compatible servers know. */
function bucketPolicy(policies: Record<string, { Statement: object[] }>, bucket: string, prefix: string): object {
  const Statement = Object.entries(policies).flatMap(([account, policy]) =>
    policy.Statement.map((each) => ({ ...each, Principal: { AWS: [account] } })),
  )
  const text = JSON.stringify({ Version: '2012-10-17', Statement })
  return JSON.parse(text.replaceAll('BUCKET', bucket).replaceAll('PREFIX', prefix))
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
