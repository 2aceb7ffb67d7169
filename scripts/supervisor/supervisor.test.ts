import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { identityOf } from '../bootstrap/process-identity.mjs'
import type { Part } from './part.ts'
import { endLeftovers, processRecords, writeWhole } from './records.ts'
import { createSupervisor, type Supervisor } from './supervisor.ts'
import { fakePart } from './testing/parts.ts'
import { lives, waitFor } from './testing/wait-for.ts'

let state: string
let supervisor: Supervisor | undefined

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'modelyard-supervisor-'))
})
afterEach(async () => {
  await supervisor?.stop()
  supervisor = undefined
  rmSync(state, { recursive: true, force: true })
})

function supervise(...parts: Part[]): Supervisor {
  supervisor = createSupervisor({
    parts,
    directory: state,
    state,
    backoffMilliseconds: { first: 10, longest: 50 },
    graceMilliseconds: 500,
  })
  return supervisor
}

const diary = () => join(state, 'diary')
const readDiary = () => (existsSync(diary()) ? readFileSync(diary(), 'utf8').trim().split('\n') : [])
const noted = (name: string, over: Partial<Part> & { flags?: string[] } = {}) =>
  fakePart(name, { ...over, flags: [...(over.flags ?? []), '--diary', diary()] })
const statusOf = (name: string) => supervisor?.status().find((part) => part.name === name)
const pidOf = (name: string) => statusOf(name)?.pid ?? 0

describe('starting', () => {
  it('starts a part when those it needs are ready, and hands on what their ready lines said', async () => {
    let handed: unknown
    const third = fakePart('third', { after: ['second'] })
    const parts = supervise(
      {
        ...third,
        make(outputs) {
          handed = outputs.second?.name
          return third.make(outputs)
        },
      },
      noted('second', { after: ['first'] }),
      noted('first'),
    )
    await parts.start()
    expect(readDiary()).toEqual(['first ready', 'second ready'])
    expect(handed).toBe('second')
    expect(parts.status().map((part) => part.state)).toEqual(['ready', 'ready', 'ready'])
  })

  it('waits for a task to end before it starts what needs the task', async () => {
    const task: Part = {
      ...fakePart('task'),
      kind: 'task',
      make: () => ({ program: process.execPath, args: ['-e', `require('fs').writeFileSync('${diary()}', 'task\\n')`] }),
    }
    await supervise(noted('service', { after: ['task'] }), task).start()
    expect(readDiary()).toEqual(['task', 'service ready'])
    expect(statusOf('task')?.state).toBe('done')
  })

  it('fails with the end of the log when a part cannot be started', async () => {
    await expect(supervise(fakePart('broken', { flags: ['--fail', '3'] })).start()).rejects.toThrow(
      /broken did not start. It ended with code 3 before it was ready.*this part is made to fail/s,
    )
  })

  it('leaves out an optional part that cannot be started, and says why', async () => {
    await supervise(fakePart('extra', { optional: true, flags: ['--fail', '3'] }), fakePart('main')).start()
    expect(statusOf('extra')).toMatchObject({ state: 'skipped', message: expect.stringContaining('code 3') })
    expect(statusOf('main')?.state).toBe('ready')
  })

  it('gives up on a part that never gets ready', async () => {
    const silent = fakePart('silent')
    const make = async () => ({
      program: process.execPath,
      args: ['-e', 'setInterval(() => {}, 1000)'],
      patienceMilliseconds: 200,
    })
    await expect(supervise({ ...silent, make }).start()).rejects.toThrow(/not ready after 0.2 s/)
  })

  it('refuses parts that wait for one another', async () => {
    const parts = supervise(fakePart('a', { after: ['b'] }), fakePart('b', { after: ['a'] }))
    await expect(parts.start()).rejects.toThrow(/wait for one another: a, b, a/)
    supervisor = undefined
  })
})

describe('a part that dies', () => {
  it('is started again, alone', async () => {
    await supervise(fakePart('steady'), fakePart('mortal')).start()
    const [steady, mortal] = [pidOf('steady'), pidOf('mortal')]
    process.kill(mortal, 'SIGKILL')
    await waitFor('the restart', () => statusOf('mortal')?.restarts === 1 && statusOf('mortal')?.state === 'ready')
    expect(pidOf('mortal')).not.toBe(mortal)
    expect(pidOf('steady')).toBe(steady)
  })

  it('is tried again until it can be started', async () => {
    const gate = join(state, 'gate')
    writeFileSync(gate, '')
    const part = fakePart('moody')
    await supervise({
      ...part,
      make: (outputs) =>
        existsSync(gate) ? part.make(outputs) : { program: process.execPath, args: ['-e', 'process.exit(1)'] },
    }).start()
    rmSync(gate)
    process.kill(pidOf('moody'), 'SIGKILL')
    await waitFor('some attempts', () => (statusOf('moody')?.restarts ?? 0) >= 3)
    writeFileSync(gate, '')
    await waitFor('it to be back', () => statusOf('moody')?.state === 'ready')
  })
})

describe('stopping', () => {
  it('ends dependents before what they need', async () => {
    const parts = supervise(
      noted('first'),
      noted('second', { after: ['first'] }),
      noted('third', { after: ['second'] }),
    )
    await parts.start()
    await parts.stop()
    expect(readDiary().slice(3)).toEqual(['third ended', 'second ended', 'first ended'])
  })

  it('kills a part that does not end when asked', async () => {
    const parts = supervise(fakePart('stubborn', { flags: ['--stubborn'] }))
    await parts.start()
    const pid = pidOf('stubborn')
    await parts.stop()
    expect(lives(pid)).toBe(false)
  })

  it('works in the middle of a start', async () => {
    const parts = supervise(noted('first'), fakePart('late', { flags: ['--wait-for', join(state, 'never')] }))
    const starting = parts.start()
    const pid = await waitFor('the part to be there', () => statusOf('late')?.pid)
    await waitFor('the other to be ready', () => readDiary().includes('first ready'))
    await Promise.all([parts.stop(), expect(starting).rejects.toThrow()])
    expect(lives(pid)).toBe(false)
    expect(readDiary()).toContain('first ended')
  })
})

describe('the supervisor’s own death', { timeout: 60_000 }, () => {
  const startHost = async () => {
    const host = spawn(process.execPath, [join(import.meta.dirname, 'testing', 'host.ts'), state], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({ input: host.stdout }), 'line')
    const pids: number[] = JSON.parse(String(line))
    return { host, pids }
  }

  it('by kill -9 ends everything it started, the stubborn included', async () => {
    const { host, pids } = await startHost()
    expect(pids.every(lives)).toBe(true)
    host.kill('SIGKILL')
    await waitFor('the parts to end', () => !pids.some(lives))
  })

  it('by SIGTERM ends everything before it ends itself', async () => {
    const { host, pids } = await startHost()
    host.kill('SIGTERM')
    await once(host, 'exit')
    expect(pids.some(lives)).toBe(false)
  })
})

describe('what a crash left behind', () => {
  const file = () => join(state, 'run', 'processes.json')

  it('is ended by the next start', async () => {
    const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
    await once(orphan, 'spawn')
    processRecords(file()).add('orphan', orphan.pid ?? 0)
    expect(await endLeftovers(file())).toEqual(['orphan'])
    await waitFor('its end', () => orphan.exitCode !== null || orphan.signalCode !== null)
    expect(existsSync(file())).toBe(false)
  })

  it('is left alone when the pid belongs to somebody else by now', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
    await once(other, 'spawn')
    writeWhole(file(), JSON.stringify({ part: { ...identityOf(other.pid ?? 0), started: 'long ago' } }))
    expect(await endLeftovers(file())).toEqual([])
    expect(lives(other.pid ?? 0)).toBe(true)
    other.kill('SIGKILL')
  })

  it('does not trouble when its record is damaged', async () => {
    writeWhole(file(), '{"part": {"pid": "x"')
    expect(await endLeftovers(file())).toEqual([])
  })
})
