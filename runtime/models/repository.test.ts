import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import type { VersionSpec } from '../control/contract.ts'
import { createRepository, ModelUnavailable } from './repository.ts'

const bytes = Buffer.alloc(3_000_000, 'model ')
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const { signal } = new AbortController()

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repository-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const obtain = async (listener: RequestListener, more: Partial<VersionSpec> = {}) => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = Object(server.address()) satisfies AddressInfo
  const repository = createRepository(folder, `http://127.0.0.1:${port}/store`)
  return await repository.obtain({ version: '1', digest, weight: 100, shadow: false, ...more }, signal)
}
const left = async () => (await readdir(folder)).filter((name) => name.startsWith('arriving'))

it('fetches by digest from a store that hangs up as soon as it has sent all', async () => {
  const { path } = await obtain((request, response) => {
    expect(request.url).toBe(`/store/${digest.replace(':', '/')}`)
    response.writeHead(200, { connection: 'close', 'content-length': bytes.length }).end(bytes)
  })
  expect(await readFile(path)).toEqual(bytes)
  expect(await left()).toEqual([])
})

it.each<[string, RequestListener, string]>([
  ['that has it no more', (_, response) => response.writeHead(404).end(), 'answered 404'],
  ['that sends elsewhere', (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(), '302'],
  ['that returns other bytes', (_, response) => response.end('other'), 'they are not used'],
  [
    'that is cut off',
    (_, response) => {
      response.writeHead(200, { 'content-length': bytes.length })
      response.write(bytes.subarray(0, 1_000_000), () => response.destroy())
    },
    'cannot be fetched',
  ],
])('uses nothing from a store %s', async (_what, listener, message) => {
  const failure = await obtain(listener).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ModelUnavailable)
  expect(String(failure)).toContain(message)
  expect(await readdir(folder)).toEqual([])
})

it('removes what nobody uses and nobody has asked for in a while, and keeps the rest', async () => {
  const repository = createRepository(folder, '')
  const versionOf = async (name: string) => {
    const path = join(folder, `${name}.onnx`)
    await writeFile(path, name)
    return { version: '1', path, weight: 100, shadow: false }
  }
  const [used, idle, fresh] = await Promise.all(
    ['used', 'idle', 'fresh'].map(async (name) => await repository.obtain(await versionOf(name), signal)),
  )
  await writeFile(join(folder, 'arriving-0cbe4db4-6f56-4b4e-9c3c-ae1c1e8e3d0e'), 'cut off by a crash')
  const old = new Date(Date.now() - 3_600_000)
  for (const name of await readdir(folder)) {
    if (name !== fresh?.digest.replace(':', '-')) await utimes(join(folder, name), old, old)
  }
  await repository.tidy(new Set([used?.digest ?? '']), 600_000)
  expect((await readdir(folder)).sort()).toEqual(
    [used, fresh]
      .map((each) => each?.digest.replace(':', '-'))
      .concat('used.onnx', 'idle.onnx', 'fresh.onnx')
      .sort(),
  )
  expect(idle).toBeDefined()
})
