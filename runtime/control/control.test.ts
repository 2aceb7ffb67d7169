import { randomUUID } from 'node:crypto'
import { rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { identity } from '../testing/models.ts'
import { startTestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'
import { ModelStatus } from './contract.ts'
import { startControlServer } from './control-server.ts'

const caller = (socketPath: string) => (method: string, path: string, body?: unknown) =>
  new Promise<{ status: number; body: unknown }>((resolve, reject) => {
    request({ socketPath, method, path }, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) }), reject)
    })
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body))
  })

const start = async () => {
  const socket = join(tmpdir(), `control-${randomUUID()}.sock`)
  const file = `${socket}.onnx`
  await writeFile(file, identity('float'))
  onTestFinished(() => rm(file, { force: true }))
  const runtime = await startTestRuntime({ controlSocket: socket })
  return { runtime, socket, file, call: caller(socket) }
}

describe('the control API', () => {
  it('loads, reports and removes a model, and answers the same when asked twice', async () => {
    const { call, file, socket } = await start()
    expect((await stat(socket)).mode & 0o777).toBe(0o600)
    const spec = { tenant: 'ml', versions: [{ version: '1', path: file }] }
    expect((await call('PUT', '/models/ml-dev.echo', spec)).status).toBe(202)
    expect((await call('PUT', '/models/ml-dev.echo', spec)).status).toBe(202)
    const status = await until('it is ready', async () => {
      const found = ModelStatus.parse((await call('GET', '/models/ml-dev.echo')).body)
      return found.state === 'Ready' && found
    })
    expect(status.versions[0]).toMatchObject({ version: '1', state: 'Ready', message: '', restarts: 0 })
    expect((await call('DELETE', '/models/ml-dev.echo')).status).toBe(202)
    expect((await call('DELETE', '/models/ml-dev.echo')).status).toBe(202)
    expect((await call('GET', '/models')).body).toEqual({ models: [] })
  })

  it.each([
    ['no version', { tenant: 'ml', versions: [] }],
    ['no weight', { tenant: 'ml', versions: [{ version: '1', path: '/x', weight: 0 }] }],
    ['only a shadow', { tenant: 'ml', versions: [{ version: '1', path: '/x', shadow: true }] }],
    [
      'a version twice',
      {
        tenant: 'ml',
        versions: [
          { version: '1', path: '/x' },
          { version: '1', path: '/y' },
        ],
      },
    ],
    ['a bad digest', { tenant: 'ml', versions: [{ version: '1', digest: 'sha256:abc' }] }],
  ])('refuses a spec with %s', async (_what, spec) => {
    const { call } = await start()
    const answer = await call('PUT', '/models/echo', spec)
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining('version') } })
  })

  it('refuses names that are none', async () => {
    const { call } = await start()
    expect((await call('PUT', '/models/..%2Fetc', {})).status).toBe(404)
    expect((await call('PUT', '/models/Upper', {})).status).toBe(404)
  })

  it('takes what it fails at itself for no fault of the caller, and logs it', async () => {
    const { runtime, file, call } = await start()
    const spec = { tenant: 'ml', versions: [{ version: '1', path: file }] }
    const path = join(tmpdir(), `control-${randomUUID()}.sock`)
    const logged: string[] = []
    const broken = {
      ...runtime.runtime.models,
      put: () => {
        throw new TypeError('a fault of ours')
      },
    }
    const server = await startControlServer(broken, path, (event) => logged.push(event))
    onTestFinished(() => void server.close())
    expect((await caller(path)('PUT', '/models/echo', spec)).status).toBe(500)
    expect(logged).toEqual(['control request failed'])
    expect((await call('PUT', '/models/%E0%A4%A', spec)).status).toBe(404)
    expect((await call('PUT', '/models/echo', 'x'.repeat(5_000_000))).status).toBe(413)
    expect((await call('PUT', '/models/echo')).status).toBe(400)
  })
})
