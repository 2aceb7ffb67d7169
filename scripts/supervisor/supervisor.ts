// Runs a table of parts: starts each when what it needs is ready, starts again what dies, and ends everything in the
// reverse order. What it started ends with it, even when it is killed (leash.ts) or the machine crashes (records.ts).
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Child, startChild, tailOf } from './child.ts'
import { leash } from './leash.ts'
import type { Outputs, Part, PartState, PartStatus } from './part.ts'
import { processRecords } from './records.ts'

export interface SupervisorOptions {
  parts: Part[]
  /** The working directory of the parts. */
  directory: string
  state: string
  backoffMilliseconds?: { first: number; longest: number }
  graceMilliseconds?: number
  onChange?: (status: PartStatus, part: Part) => void
}

export interface Supervisor {
  /** Resolves when every part is ready, done or skipped; rejects with the first that cannot be started. */
  start(): Promise<void>
  stop(): Promise<void>
  restart(name: string): Promise<void>
  status(): PartStatus[]
  outputs: Outputs
}

interface Running {
  part: Part
  status: PartStatus
  child?: Child | undefined
  /** Resolves when the part is ready for the first time. */
  started?: Promise<void>
  /** The loop that keeps it running; resolves when it has ended for good. */
  kept?: Promise<void>
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { parts, state } = options
  const backoff = options.backoffMilliseconds ?? { first: 250, longest: 10_000 }
  const grace = options.graceMilliseconds ?? 6000
  const outputs: Outputs = {}
  const stopping = new AbortController()
  const records = processRecords(join(state, 'run', 'processes.json'))
  const holder = leash(grace)
  const all = new Map<string, Running>(
    parts.map((part) => [part.name, { part, status: { name: part.name, state: 'waiting', restarts: 0 } }]),
  )

  function change(running: Running, state: PartState, message?: string): void {
    Object.assign(running.status, { state, message, pid: running.child?.pid })
    options.onChange?.({ ...running.status }, running.part)
  }

  function needed(part: Part): Running[] {
    return part.after.map((name) => {
      const other = all.get(name)
      if (!other) throw new Error(`${part.name} waits for ${name}, which is not in the table.`)
      return other
    })
  }

  /** Starts it once and waits until it is ready. */
  async function launch(running: Running): Promise<'launched' | 'skipped'> {
    const { part } = running
    change(running, 'starting')
    const command = await part.make(outputs)
    if ('skip' in command) {
      change(running, 'skipped', command.skip)
      return 'skipped'
    }
    stopping.signal.throwIfAborted()
    const child = await startChild(command, options.directory, join(state, 'logs', `${part.name}.log`))
    if (stopping.signal.aborted) await child.stop(grace)
    stopping.signal.throwIfAborted()
    running.child = child
    change(running, 'starting')
    holder.hold(child.pid)
    records.add(part.name, child.pid)
    void child.ended.then(() => {
      holder.release(child.pid)
      records.remove(part.name)
    })
    try {
      if (part.kind === 'service') outputs[part.name] = await child.ready
      else await success(child, join(state, 'logs', `${part.name}.log`))
    } catch (error) {
      await child.stop(grace)
      running.child = undefined
      throw error
    }
    change(running, part.kind === 'service' ? 'ready' : 'done')
    return 'launched'
  }

  async function startFirst(running: Running): Promise<void> {
    await Promise.all(needed(running.part).map((other) => other.started))
    stopping.signal.throwIfAborted()
    try {
      const result = await launch(running)
      if (result === 'launched' && running.part.kind === 'service') running.kept = keep(running)
    } catch (error) {
      if (stopping.signal.aborted) throw error
      if (running.part.optional) return change(running, 'skipped', messageOf(error))
      change(running, 'failed', messageOf(error))
      throw new Error(`${running.part.title} did not start. ${messageOf(error)}`)
    }
  }

  async function keep(running: Running): Promise<void> {
    let wait = backoff.first
    while (!stopping.signal.aborted) {
      const since = Date.now()
      const ended = await running.child?.ended
      running.child = undefined
      if (stopping.signal.aborted) return
      if (Date.now() - since > 30_000) wait = backoff.first
      change(running, 'restarting', ended ? `It ${ended.words}.` : running.status.message)
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined)
      wait = Math.min(wait * 2, backoff.longest)
      if (stopping.signal.aborted) return
      running.status.restarts += 1
      await launch(running).catch((error) => {
        if (!stopping.signal.aborted) change(running, 'restarting', messageOf(error))
      })
    }
  }

  async function end(running: Running, ended: Map<string, Promise<void>>): Promise<void> {
    const dependents = parts.filter((part) => part.after.includes(running.part.name))
    await Promise.all(dependents.map((part) => ended.get(part.name)))
    await running.child?.stop(grace)
    await running.kept
    running.child = undefined
    change(running, 'stopped')
  }

  return {
    outputs,
    async start() {
      for (const part of order(parts)) {
        const running = all.get(part.name)
        if (!running) continue
        running.started = startFirst(running)
        running.started.catch(() => undefined) // reported through the race below
      }
      await Promise.all([...all.values()].map((running) => running.started))
    },
    async stop() {
      stopping.abort()
      const ended = new Map<string, Promise<void>>()
      for (const part of order(parts).reverse()) {
        const running = all.get(part.name)
        if (running) ended.set(part.name, end(running, ended))
      }
      await Promise.all(ended.values())
      await Promise.allSettled([...all.values()].map((running) => running.started))
      holder.close()
    },
    async restart(name) {
      await all.get(name)?.child?.stop(grace)
    },
    status: () => [...all.values()].map(({ status }) => ({ ...status })),
  }
}

async function success(child: Child, log: string): Promise<void> {
  const { well, words } = await child.ended
  if (!well) {
    throw new Error(`It ${words}.${tailOf(log)}`)
  }
}

/** The parts such that each comes after everything it waits for. */
function order(parts: Part[]): Part[] {
  const ordered: Part[] = []
  const visit = (part: Part, path: string[]) => {
    if (ordered.includes(part)) return
    if (path.includes(part.name))
      throw new Error(`These parts wait for one another: ${[...path, part.name].join(', ')}`)
    for (const name of part.after) {
      const other = parts.find((candidate) => candidate.name === name)
      if (other) visit(other, [...path, part.name])
    }
    ordered.push(part)
  }
  for (const part of parts) visit(part, [])
  return ordered
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
