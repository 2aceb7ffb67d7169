import { spawnSync } from 'node:child_process'
import { existsSync, statfsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { runningHolder } from '../demo/command/run-lock.ts'
import { readPhase } from '../demo/command/status.ts'
import { root } from '../demo/installation/installation.ts'
import { portNames } from '../demo/installation/ports.ts'
import { Ready } from '../demo/installation/ready.ts'
import { binaries, ownerForRoot } from '../postgres/binaries.ts'
import { reserve } from '../supervisor/free-port.ts'
import { readJson } from '../supervisor/records.ts'
import { findTool, nativeTools } from '../tools/native.ts'

export interface Finding {
  grade: 'good' | 'note' | 'bad'
  text: string
  remedy?: string
}

const state = join(root, '.modelyard')
const gibibyte = 2 ** 30

export async function* findings(): AsyncGenerator<Finding> {
  yield { grade: 'good', text: `Node ${process.versions.node} runs the scripts (pinned by package-lock.json)` }
  yield machine()
  yield git()
  yield await postgres()
  for (const tool of nativeTools) yield await nativeTool(tool)
  const ready = readJson(join(state, 'ready.json'), Ready)
  if (runningHolder(state) && ready) yield* services(ready)
  else if (runningHolder(state)) yield { grade: 'note', text: `The demo is ${readPhase(state)}` }
  else yield* idle()
}

function machine(): Finding {
  const free = statfsSync(root)
  const freeGibibytes = (free.bavail * free.bsize) / gibibyte
  const memory = totalmem() / gibibyte
  const text = `${availableParallelism()} cores, ${memory.toFixed(0)} GiB of memory, ${freeGibibytes.toFixed(0)} GiB of disk free`
  if (freeGibibytes < 2) return { grade: 'bad', text, remedy: 'The demo wants 2 GiB of disk. Free some.' }
  if (memory < 4) return { grade: 'note', text, remedy: 'The demo is comfortable with 4 GiB of memory.' }
  return { grade: 'good', text }
}

function git(): Finding {
  const { stdout } = spawnSync('git', ['--version'], { encoding: 'utf8' })
  if (stdout) return { grade: 'good', text: stdout.trim() }
  return { grade: 'bad', text: 'git is not on PATH', remedy: 'Install git: the git host of the demo needs it.' }
}

async function postgres(): Promise<Finding> {
  try {
    const owner = ownerForRoot()
    const { postgres } = await binaries(owner)
    const { status, stdout, stderr } = spawnSync(postgres, ['--version'], { ...owner, cwd: '/', encoding: 'utf8' })
    if (status === 0) return { grade: 'good', text: `Embedded ${stdout.trim()}` }
    return { grade: 'bad', text: `Embedded PostgreSQL does not run: ${stderr?.trim()}`, remedy: 'npm rebuild' }
  } catch (error) {
    return { grade: 'bad', text: error instanceof Error ? error.message : String(error), remedy: 'npm ci' }
  }
}

async function nativeTool(tool: (typeof nativeTools)[number]): Promise<Finding> {
  const program = await findTool(tool, join(state, 'tools'))
  if (program) return { grade: 'good', text: `${tool}: ${program}` }
  const use = tool === 'chromium' ? 'The end-to-end tests need it' : 'The demo runs without, the tests do not'
  return {
    grade: 'note',
    text: `${tool} is not here yet`,
    remedy: `${use}; npm run demo or npm test will try to get it.`,
  }
}

async function* services(ready: Ready): AsyncGenerator<Finding> {
  yield { grade: 'good', text: `The demo is ${readPhase(state)}: ${ready.portal}` }
  const paths = { portal: '/', identity: '/.well-known/openid-configuration', git: '/', runtime: '/v2/health/live' }
  const watched = { prometheus: '/-/ready', alertmanager: '/-/ready' }
  for (const [name, path] of Object.entries({ ...paths, ...watched })) {
    const url = Object.entries(ready).find(([key]) => key === name)?.[1]
    if (typeof url === 'string') yield await service(name, url, path)
  }
  if (existsSync(ready.kubeconfig)) yield { grade: 'good', text: `kubectl: export KUBECONFIG=${ready.kubeconfig}` }
}

async function service(name: string, url: string, path: string): Promise<Finding> {
  const remedy = `Look at ${join(state, 'logs', `${name === 'portal' ? 'web' : name}.log`)}; npm run demo -- status says more.`
  try {
    const response = await fetch(`${url}${path}`, { redirect: 'manual', signal: AbortSignal.timeout(5000) })
    if (response.status < 500) return { grade: 'good', text: `${name} answers at ${url}` }
    return { grade: 'bad', text: `${name} answers with ${response.status} at ${url}`, remedy }
  } catch {
    return { grade: 'bad', text: `${name} does not answer at ${url}`, remedy }
  }
}

async function* idle(): AsyncGenerator<Finding> {
  yield { grade: 'note', text: 'The demo does not run', remedy: 'Start it with: npm run demo' }
  const remembered = readJson(join(state, 'ports.json'), z.partialRecord(z.enum(portNames), z.number()))
  for (const [name, port] of Object.entries(remembered ?? {})) {
    try {
      await (await reserve(port)).release()
    } catch {
      yield { grade: 'note', text: `Port ${port} is in use, so ${name} will move to another one` }
    }
  }
}
