/** Starts what is measured, each server as a process group of its own, and ends it with everything it started. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { until } from '../testing/until.ts'
import type { Tokens } from './tokens.ts'
import { type Body, bodyOf, type Kind, type Workload } from './workloads.ts'

export interface Server {
  name: string
  pid: number
  url: string
  /** What a caller of this server sends; undefined where it does not take that kind. */
  ask: (kind: Kind) => { path: string; body: Body } | undefined
  stop: () => Promise<void>
}

const START_MILLISECONDS = 90_000
const STDERR_KEPT = 600
const INFER = '/v2/models/model/infer'

export interface Launch {
  name: string
  command: string
  args: string[]
  cwd?: string
  env?: Record<string, string>
}

interface Launched {
  child: ChildProcess
  stop: () => Promise<void>
  /** Rejects when the process ends before it was asked to, with the end of what it said. */
  died: Promise<never>
}

/** Their groups outlive a bench that is interrupted, unless somebody remembers them. */
const groups = new Set<number>()
process.once('exit', () => {
  for (const group of groups) signalGroup(group, 'SIGKILL')
})

const signalGroup = (group: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-group, signal)
  } catch {
    // Nobody of the group is left.
  }
}

const launch = ({ name, command, args, cwd, env }: Launch): Launched => {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-STDERR_KEPT)
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const died = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('close', () => reject(new Error(`${name} ended: ${said.trim().split('\n').at(-1) ?? ''}`)))
  })
  died.catch(() => {}) // whoever waits hears of it
  const group = child.pid
  if (group !== undefined) groups.add(group)
  return {
    child,
    died,
    stop: async () => {
      if (group === undefined) return
      signalGroup(group, 'SIGTERM')
      const patience = setTimeout(() => signalGroup(group, 'SIGKILL'), 5000)
      await ended
      clearTimeout(patience)
      groups.delete(group)
    },
  }
}

const isReady = (url: string) => () =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.status === 200,
    () => false,
  )

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

export interface Foreign extends Launch {
  url: string
  /** Where it says that it is ready. */
  ready: string
  ask: Server['ask']
}

export const startForeign = async (foreign: Foreign): Promise<Server> => {
  const { child, stop, died } = launch(foreign)
  child.stdout?.resume()
  try {
    await Promise.race([
      until(`${foreign.name} is ready`, isReady(foreign.url + foreign.ready), START_MILLISECONDS),
      died,
    ])
  } catch (error) {
    await stop()
    throw error
  }
  return { name: foreign.name, pid: child.pid ?? 0, url: foreign.url, ask: foreign.ask, stop }
}

export interface ServedModel {
  name: string
  bytes: Uint8Array
  settings?: Record<string, unknown>
}

const Ready = z.object({ url: z.string() })

export const OURS = 'this runtime'

/** Limits far above what will come: they are counted all the same. */
export const openLimits = { concurrency: 4096, requestsPerSecond: 1_000_000 }

/** The whole runtime as it ships, from the command line, with tokens asked for. */
export const startRuntime = async (
  folder: string,
  models: readonly ServedModel[],
  flags: readonly string[] = [],
): Promise<{ url: string; pid: number; stop: () => Promise<void> }> => {
  for (const { name, bytes, settings } of models) {
    await mkdir(join(folder, 'models', name, '1'), { recursive: true })
    await writeFile(join(folder, 'models', name, '1', 'model.onnx'), bytes)
    await writeFile(join(folder, 'models', name, 'model.json'), JSON.stringify({ limits: openLimits, ...settings }))
  }
  const main = join(import.meta.dirname, '..', 'main.ts')
  const { child, stop, died } = launch({
    name: OURS,
    command: process.execPath,
    args: ['--no-warnings', main, '--models', join(folder, 'models'), '--state', join(folder, 'state'), ...flags],
  })
  try {
    const lines = createInterface({ input: child.stdout ?? process.stdin })
    const line = await Promise.race([new Promise<string>((resolve) => lines.once('line', resolve)), died])
    const { url } = Ready.parse(JSON.parse(line))
    await Promise.race([until(`${OURS} is ready`, isReady(`${url}/ready`), START_MILLISECONDS), died])
    return { url, pid: child.pid ?? 0, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

export const startOurs = async (workload: Workload, folder: string, tokens: Tokens): Promise<Server> => {
  const model = { name: 'model', bytes: workload.model(), settings: { tenant: 'bench' } }
  const running = await startRuntime(folder, [model], tokens.flags)
  return {
    name: OURS,
    ...running,
    ask: (kind) => {
      const { headers, body } = bodyOf(workload, kind)
      return { path: INFER, body: { headers: { ...headers, Authorization: tokens.bearer('bench') }, body } }
    },
  }
}
