import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ChildSweeper } from '#sandbox/process/child-sweeper.ts'

// Whoever waits for us gives six seconds in all, and there are up to three turns.
const STOP_MILLISECONDS = 1500

type StartOptions = {
  env?: Record<string, string>
  /** The others stand on it, so it stops after them. */
  foundation?: boolean
}

/** Child processes with a log file each. What others stand on stops last. */
export class Processes {
  readonly #logs: string
  readonly #onEnd: (name: string) => void
  readonly #children: { name: string; child: ChildProcess; foundation: boolean }[] = []
  readonly #sweeper = new ChildSweeper()
  #stopping = false

  /** `onEnd` hears of a process that ended without having been asked to. */
  constructor(logs: string, onEnd: (name: string) => void = () => undefined) {
    this.#logs = logs
    this.#onEnd = onEnd
    mkdirSync(logs, { recursive: true })
  }

  start(name: string, command: string, args: readonly string[], options: StartOptions = {}): void {
    const { env, foundation = false } = options
    const log = openSync(join(this.#logs, `${name}.log`), 'w')
    const child = spawn(command, args, { stdio: ['ignore', log, log], env: { ...process.env, ...env }, detached: true })
    if (child.pid !== undefined) this.#sweeper.hold(child.pid)
    closeSync(log)
    this.#children.push({ name, child, foundation })
    child.on('error', (error) => console.error(`${name} could not be started: ${error.message}`))
    child.on('exit', (code, signal) => {
      if (this.#stopping) return
      console.error(`${name} ended unexpectedly (${signal ?? code}): ${this.tail(name)}`)
      this.#onEnd(name)
    })
  }

  tail(name: string): string {
    return readFileSync(join(this.#logs, `${name}.log`), 'utf8')
      .split('\n')
      .slice(-6)
      .join('\n')
  }

  get pids(): number[] {
    return this.#children.flatMap(({ child }) => (child.pid === undefined ? [] : [child.pid]))
  }

  /** Whether this one has ended, or any. */
  hasEnded(name?: string): boolean {
    return this.#children.some(
      (each) =>
        (name === undefined || each.name === name) && (each.child.exitCode !== null || each.child.signalCode !== null),
    )
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#children.map(({ child, foundation }) => (foundation ? undefined : end(child))))
    for (const { child, foundation } of this.#children.toReversed()) if (foundation) await end(child)
    this.#sweeper.close()
  }
}

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS)
  await exited
  clearTimeout(force)
}

/** Asks until the answer is true; what it was waiting for is named when time runs out. */
export const until = async (
  what: string,
  seconds: number,
  ask: () => Promise<boolean>,
  giveUp: () => boolean = () => false,
): Promise<void> => {
  const deadline = Date.now() + seconds * 1000
  let last = ''
  while (Date.now() < deadline && !giveUp()) {
    try {
      if (await ask()) return
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    await delay(100)
  }
  throw new Error(`gave up waiting for ${what} after ${seconds} s${last ? `: ${last}` : ''}`)
}

// Below the range from which systems take ports for outgoing connections: those come and go at any moment, and one may
// sit on a port between our look and the start of the program it is for.
const [firstPort, lastPort] = [12_000, 30_000]

/** Free loopback ports, all held at once so that none is handed out twice. */
export const freePorts = async (count: number): Promise<number[]> => {
  const held = new Map<number, Server>()
  for (let attempt = 0; held.size < count; attempt += 1) {
    const port = randomInt(firstPort, lastPort)
    const server = await listenAt(port).catch((error: unknown) => {
      if (attempt > 200) throw error
      return undefined // taken: another one
    })
    if (server) held.set(port, server)
  }
  await Promise.all([...held.values()].map((server) => new Promise((resolve) => server.close(resolve))))
  return [...held.keys()]
}

const listenAt = (port: number): Promise<Server> => {
  const { promise, resolve, reject } = Promise.withResolvers<Server>()
  const server = createServer()
  server.once('error', reject)
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  return promise
}
