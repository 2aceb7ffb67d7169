/** One container as a process: started, watched by its probes, started again with growing pauses when it ends. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { timestamp } from '#sandbox/kube-client/objects.ts'
import { ConfigurationError, type Launch } from './environment.ts'
import type { Container, ContainerState } from './kinds.ts'
import type { PodAddress } from './pod-network.ts'
import { runProbe } from './probes.ts'

const STEADY_MILLISECONDS = 600_000
const MAX_BACKOFF_MILLISECONDS = 300_000

export const previousLog = (logFile: string): string => `${logFile}.previous`

export type ContainerEvent = { type: 'Normal' | 'Warning'; reason: string; message: string }
export type ContainerHost = {
  launch(): Promise<Launch>
  address: PodAddress
  logFile: string
  restarts: 'Always' | 'OnFailure' | 'Never'
  firstBackoffMilliseconds: number
  onChange(): void
  onEvent(event: ContainerEvent): void
  /** Tells of a process that has begun or ended. */
  onProcess(pid: number | undefined, running: boolean): void
}

export class ContainerProcess {
  readonly container: Container
  readonly #host: ContainerHost
  state: ContainerState = { waiting: { reason: 'ContainerCreating' } }
  lastState: ContainerState = {}
  ready = false
  started = false
  restartCount = 0
  #child: ChildProcess | undefined
  #stopProbes: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #stopping = false
  #ended: Promise<void> = Promise.resolve()

  constructor(container: Container, host: ContainerHost) {
    this.container = container
    this.#host = host
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  async start(): Promise<void> {
    if (this.#stopping) return
    let launch: Launch
    try {
      launch = await this.#host.launch()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const reason = error instanceof ConfigurationError ? 'CreateContainerConfigError' : 'CreateContainerError'
      this.state = { waiting: { reason, message } }
      this.#host.onEvent({ type: 'Warning', reason: 'Failed', message: `Error: ${message}` })
      this.#host.onChange()
      this.#timer = setTimeout(() => void this.start(), 5000)
      return
    }
    if (!this.#stopping) this.#spawn(launch)
  }

  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#timer)
    this.#endProbes()
    this.#child?.kill('SIGTERM')
    const force = setTimeout(() => killGroup(this.#child), graceMilliseconds)
    await this.#ended
    clearTimeout(force)
  }

  #spawn({ command, args, env, folder }: Launch): void {
    const startedAt = timestamp()
    const began = Date.now()
    mkdirSync(dirname(this.#host.logFile), { recursive: true })
    // A log is that of one run; of those before, the last is kept.
    if (existsSync(this.#host.logFile)) renameSync(this.#host.logFile, previousLog(this.#host.logFile))
    const log = createWriteStream(this.#host.logFile, { flags: 'a' })
    const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      // Each line bears the time it was written, which is what `--timestamps` and `--since` read.
      createInterface({ input: stream }).on('line', (line) => log.write(`${new Date().toISOString()} ${line}\n`))
    }
    this.#host.onProcess(child.pid, true)
    this.state = { running: { startedAt } }
    this.started = this.container.startupProbe === undefined
    this.ready = this.started && this.container.readinessProbe === undefined
    this.#host.onEvent({ type: 'Normal', reason: 'Started', message: `Started container ${this.container.name}` })
    if (this.started) this.#watch()
    else this.#awaitStartup()
    this.#host.onChange()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ended = promise
    let over = false
    const finish = (exitCode: number, reason: string, message?: string) => {
      if (over) return
      over = true
      log.end()
      this.#child = undefined
      this.#host.onProcess(child.pid, false)
      if (Date.now() - began > STEADY_MILLISECONDS) this.#failures = 0
      const finishedAt = timestamp()
      this.#afterEnd(
        { terminated: { exitCode, reason, startedAt, finishedAt, ...(message ? { message } : {}) } },
        exitCode,
      )
      resolve()
    }
    child.once('error', (error) => finish(128, 'StartError', error.message))
    child.once('close', (code, signal) => {
      const exitCode = code ?? (signal === 'SIGKILL' ? 137 : 143)
      finish(exitCode, exitCode === 0 ? 'Completed' : 'Error')
    })
  }

  #afterEnd(state: ContainerState, exitCode: number): void {
    this.#endProbes()
    this.ready = false
    this.started = false
    this.state = state
    const again = this.#host.restarts === 'Always' || (this.#host.restarts === 'OnFailure' && exitCode !== 0)
    if (this.#stopping || !again) {
      this.#host.onChange()
      return
    }
    const { name } = this.container
    const pause = this.#failures === 0 ? 0 : this.#host.firstBackoffMilliseconds * 2 ** (this.#failures - 1)
    this.#failures += 1
    this.lastState = state
    if (pause > 0) {
      const seconds = Math.round(Math.min(pause, MAX_BACKOFF_MILLISECONDS) / 1000)
      const message = `back-off ${seconds}s restarting failed container=${name}`
      this.state = { waiting: { reason: 'CrashLoopBackOff', message } }
      this.#host.onEvent({
        type: 'Warning',
        reason: 'BackOff',
        message: `Back-off restarting failed container ${name}`,
      })
    }
    this.#host.onChange()
    this.#timer = setTimeout(
      () => {
        this.restartCount += 1
        void this.start()
      },
      Math.min(pause, MAX_BACKOFF_MILLISECONDS),
    )
  }

  #awaitStartup(): void {
    const probe = this.container.startupProbe
    if (!probe) return
    const stop = runProbe(probe, this.container, this.#host.address, (ok, output) => {
      stop()
      if (!ok) {
        this.#kill('Startup', output)
        return
      }
      this.started = true
      this.ready = this.container.readinessProbe === undefined
      this.#watch()
      this.#host.onChange()
    })
    this.#stopProbes.push(stop)
  }

  #watch(): void {
    const { livenessProbe, readinessProbe } = this.container
    const { address } = this.#host
    if (readinessProbe) {
      const onChange = (ok: boolean, output: string) => {
        if (!ok) this.#host.onEvent(unhealthy('Readiness', output))
        if (ok === this.ready) return
        this.ready = ok
        this.#host.onChange()
      }
      this.#stopProbes.push(runProbe(readinessProbe, this.container, address, onChange))
    }
    if (livenessProbe) {
      const onChange = (ok: boolean, output: string) => {
        if (!ok) this.#kill('Liveness', output)
      }
      this.#stopProbes.push(runProbe(livenessProbe, this.container, address, onChange))
    }
  }

  #kill(probe: string, output: string): void {
    this.#host.onEvent(unhealthy(probe, output))
    const message = `Container ${this.container.name} failed ${probe.toLowerCase()} probe, will be restarted`
    this.#host.onEvent({ type: 'Normal', reason: 'Killing', message })
    this.#endProbes()
    const child = this.#child
    child?.kill('SIGTERM')
    setTimeout(() => killGroup(child), 5000).unref()
  }

  #endProbes(): void {
    for (const stop of this.#stopProbes) stop()
    this.#stopProbes = []
  }
}

/** A process leads a group of its own, so that its helpers go with it. */
const killGroup = (child: ChildProcess | undefined): void => {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  process.kill(-child.pid, 'SIGKILL')
}

const unhealthy = (probe: string, output: string): ContainerEvent => ({
  type: 'Warning',
  reason: 'Unhealthy',
  message: `${probe} probe failed: ${output}`,
})
