/** Starts what is measured: our runtime, and its peer in several variants. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { until } from '../testing/until.ts'
import type { Workload } from './workloads.ts'

export interface Server {
  name: string
  url: string
  path: string
  pid: number
  stop: () => Promise<void>
}

const here = import.meta.dirname

const stopper = (child: ChildProcess): (() => Promise<void>) => {
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return async () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    await ended
  }
}

const isReady = (url: string) => () =>
  fetch(`${url}/ready`).then(
    (response) => response.status === 200,
    () => false,
  )

/** The whole runtime as it ships: metrics, limits, tokens if asked for. */
export const startOurs = async (workload: Workload, folder: string, flags: string[] = []): Promise<Server> => {
  const models = join(folder, `models-${workload.name}`)
  await mkdir(join(models, 'model', '1'), { recursive: true })
  await writeFile(join(models, 'model', '1', 'model.onnx'), workload.model())
  const main = join(here, '..', 'main.ts')
  const child = spawn(
    process.execPath,
    ['--no-warnings', main, '--models', models, '--state', join(folder, 'state'), ...flags],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    },
  )
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve)
    child.once('close', () => reject(new Error('the runtime did not start')))
  })
  const said: unknown = JSON.parse(line)
  const url = typeof said === 'object' && said !== null && 'url' in said ? String(said.url) : ''
  await until('the runtime is ready', isReady(url), 60_000)
  return { name: 'this runtime', url, path: '/v2/models/model/infer', pid: child.pid ?? 0, stop: stopper(child) }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

export interface PeerVariant {
  name: string
  workers: number
  threads: number
}

export const peerVariants: PeerVariant[] = [
  { name: 'FastAPI, 1 worker', workers: 1, threads: 1 },
  { name: 'FastAPI, 2 workers', workers: 2, threads: 1 },
  { name: 'FastAPI, 1 worker, 2 threads a run', workers: 1, threads: 2 },
]

export const startPeer = async (
  variant: PeerVariant,
  workload: Workload,
  folder: string,
  python: string,
): Promise<Server> => {
  const file = join(folder, `${workload.name}.onnx`)
  await writeFile(file, workload.model())
  const port = await freePort()
  const flags = ['--loop', 'uvloop', '--http', 'httptools', '--no-access-log', '--log-level', 'error']
  const child = spawn(
    python,
    [
      '-m',
      'uvicorn',
      'fastapi_peer:app',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--workers',
      String(variant.workers),
      ...flags,
    ],
    {
      cwd: join(here, 'peers'),
      env: { ...process.env, MODEL: file, THREADS: String(variant.threads) },
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true,
    },
  )
  const url = `http://127.0.0.1:${port}`
  await until('the peer is ready', isReady(url), 60_000)
  return { name: variant.name, url, path: '/v2/models/model/infer', pid: child.pid ?? 0, stop: stopper(child) }
}
