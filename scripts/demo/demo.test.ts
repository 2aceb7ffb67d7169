import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { lives, waitFor } from '../supervisor/testing/wait-for.ts'

// The identity provider alone stands for the rest: what is tested here is the same for every part.
const only = ['--only', 'identity']
const main = join(import.meta.dirname, 'main.ts')

let state: string
let states: string[]

beforeEach(() => {
  states = []
  state = newState()
})
afterEach(async () => {
  for (const each of states) {
    await demo('stop', '--state', each).ended
    rmSync(each, { recursive: true, force: true })
  }
})

function newState(): string {
  const made = mkdtempSync(join(tmpdir(), 'modelyard-demo-'))
  states.push(made)
  return made
}

interface Run {
  child: ChildProcess
  said(): string
  ended: Promise<number | null>
}

function demo(...args: string[]): Run {
  const child = spawn(process.execPath, [main, ...(args.includes('--state') ? [] : ['--state', state]), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  return { child, said: () => said, ended: once(child, 'close').then(([code]) => code) }
}

const Status = z.object({
  phase: z.string(),
  parts: z.array(z.object({ name: z.string(), pid: z.number().optional() })),
})
const readStatus = (of = state) => Status.parse(JSON.parse(readFileSync(join(of, 'run', 'status.json'), 'utf8')))
const pids = (of = state) => readStatus(of).parts.flatMap((part) => part.pid ?? [])
const readyFile = (of = state) => join(of, 'ready.json')
const portOf = (name: string, of = state): number =>
  z.record(z.string(), z.number()).parse(JSON.parse(readFileSync(join(of, 'ports.json'), 'utf8')))[name] ?? 0
const untilReady = (run: Run) => waitFor(`it to be ready: ${run.said()}`, () => run.said().includes('Ready after'))

describe('npm run demo', { timeout: 90_000 }, () => {
  it('in the background: starts, tells its state, says that it runs, and stops without a trace', async () => {
    expect(await demo('--detach', ...only).ended).toBe(0)
    const ready = JSON.parse(readFileSync(readyFile(), 'utf8'))
    expect((await fetch(`${ready.identity}/.well-known/openid-configuration`)).status).toBe(200)
    expect(ready.users).toContainEqual({ name: 'ml-member', password: expect.any(String), role: 'Member of ml' })
    expect(await demo('status').ended).toBe(0)
    const again = demo(...only)
    expect(await again.ended).toBe(0)
    expect(again.said()).toContain('It runs already')
    const running = pids()
    expect(await demo('stop').ended).toBe(0)
    expect(running.some(lives)).toBe(false)
    expect(existsSync(readyFile())).toBe(false)
    expect(await demo('status').ended).toBe(3)
  })

  it('ends everything on Ctrl-C, at once or when ready', async () => {
    const early = demo(...only)
    await waitFor('the first process', () => existsSync(join(state, 'run', 'status.json')))
    early.child.kill('SIGINT')
    expect(await early.ended).toBe(0)
    expect(pids().some(lives)).toBe(false)
    const run = demo(...only)
    await untilReady(run)
    const running = pids()
    run.child.kill('SIGINT')
    expect(await run.ended).toBe(0)
    expect(running).not.toEqual([])
    expect(running.some(lives)).toBe(false)
  })

  it('leaves nothing behind when it is killed, and starts again at the same addresses', async () => {
    const run = demo(...only)
    await untilReady(run)
    const [port, running] = [portOf('identity'), pids()]
    run.child.kill('SIGKILL')
    await waitFor('the parts to end', () => !running.some(lives))
    expect(await demo('status').ended).toBe(3)
    expect(await demo('--detach', ...only).ended).toBe(0)
    expect(portOf('identity')).toBe(port)
  })

  it('ends when the process that started it dies without a word', async () => {
    const script = `const { spawn } = require('node:child_process')
      spawn(process.execPath, ${JSON.stringify([main, '--state', state, ...only])},
        { stdio: 'ignore', env: { ...process.env, MODELYARD_PARENT: String(process.pid) } })
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['-e', script], { stdio: 'ignore' })
    await waitFor('it to be ready', () => existsSync(readyFile()))
    const running = pids()
    parent.kill('SIGKILL')
    await waitFor('the parts to end', () => !running.some(lives))
    await waitFor('the state to be tidy', () => !existsSync(readyFile()))
  })

  it('moves to another port when its own is in use, and stays there', async () => {
    expect(await demo('--detach', ...only).ended).toBe(0)
    const port = portOf('identity')
    await demo('stop').ended
    const squatter = createServer().listen(port, '127.0.0.1')
    await once(squatter, 'listening')
    expect(await demo('--detach', ...only).ended).toBe(0)
    const moved = portOf('identity')
    expect(moved).not.toBe(port)
    await demo('stop').ended
    squatter.close()
    expect(await demo('--detach', ...only).ended).toBe(0)
    expect(portOf('identity')).toBe(moved)
  })

  it('runs once when it is started several times at the same moment', async () => {
    const runs = Array.from({ length: 4 }, () => demo(...only))
    await waitFor('one to be ready', () => existsSync(readyFile()))
    await waitFor('the others to give way', () => runs.filter((run) => run.child.exitCode !== null).length === 3)
    expect(runs.filter((run) => run.said().includes('It runs already'))).toHaveLength(3)
  })

  it('runs twice at the same time from two places', async () => {
    const other = newState()
    const both = [demo('--detach', ...only), demo('--detach', '--state', other, ...only)]
    expect(await Promise.all(both.map((run) => run.ended))).toEqual([0, 0])
    expect(portOf('portal')).not.toBe(portOf('portal', other))
    expect(portOf('identity')).not.toBe(portOf('identity', other))
  })

  it('starts over with --reset: new secrets, same downloads', async () => {
    expect(await demo('--detach', ...only).ended).toBe(0)
    const before = readFileSync(join(state, 'secrets.json'), 'utf8')
    expect(statSync(join(state, 'secrets.json')).mode & 0o777).toBe(0o600)
    mkdirSync(join(state, 'tools'))
    writeFileSync(join(state, 'tools', 'download'), '')
    expect(await demo('--detach', '--reset', ...only).ended).toBe(0)
    expect(readFileSync(join(state, 'secrets.json'), 'utf8')).not.toBe(before)
    expect(existsSync(join(state, 'tools', 'download'))).toBe(true)
  })

  it('says what it does not understand', async () => {
    for (const [args, words] of [
      [['fly'], 'There is no "fly"'],
      [['--port', 'none'], '--port none is not a port'],
      [['--only', 'moon'], 'There is no part "moon". There are: identity'],
      [['--wings'], "Unknown option '--wings'"],
    ] as const) {
      const run = demo(...args)
      expect(await run.ended).toBe(1)
      expect(run.said()).toContain(words)
    }
  })
})
