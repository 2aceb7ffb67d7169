/**
 * Keeps the engine of one version alive: restarts it after a pause that doubles, and gives up on a model that has killed
 * its engine three times. What others do to the engine from outside is not held against the model so soon.
 */
import type { VersionState } from '../../control/contract.ts'
import { type EngineOptions, type EngineProcess, startEngine } from './engine-process.ts'
import type { ReadyMessage } from './messages.ts'
import { CLOSELY, pauseAfter } from './restart-pause.ts'

export interface SupervisorOptions extends EngineOptions {
  onChange: () => void
  log: (event: string, details: Record<string, unknown>) => void
}

export interface Supervised {
  readonly state: VersionState
  readonly message: string
  readonly socket: string
  readonly restarts: number
  readonly loadSeconds: number
  readonly ready: ReadyMessage | undefined
  readonly engine: EngineProcess | undefined
  /** Resolves when it is ready for the first time, or has failed for good. */
  readonly settled: Promise<void>
  /** The engine hangs. */
  interrupt: (why: string) => void
  /** At once, or after what is under way has finished, for which it gets so many milliseconds. */
  stop: (grace?: number) => Promise<void>
}

const FAULTS = 3
const KILLS = 20

export const supervise = (options: SupervisorOptions): Supervised => {
  let state: VersionState = 'Loading'
  let message = 'loading'
  let engine: (EngineProcess & { socket: string }) | undefined
  let ready: ReadyMessage | undefined
  let restarts = 0
  let loadSeconds = 0
  let stopped = false
  /** That followed each other closely. */
  let ends = 0
  let timer: NodeJS.Timeout | undefined
  let faults: number[] = []
  let kills: number[] = []
  const settled = Promise.withResolvers<void>()

  const become = (next: VersionState, why: string): void => {
    state = next
    message = why
    if (next === 'Ready' || next === 'Failed' || next === 'Quarantined') settled.resolve()
    options.onChange()
  }

  const recent = (times: number[]): number[] => times.filter((time) => time > Date.now() - CLOSELY)

  const restart = (reason: string): void => {
    restarts++
    become('Loading', `the engine is starting again: ${reason}`)
    timer = setTimeout(start, pauseAfter(++ends))
  }

  const start = (): void => {
    const began = performance.now()
    const own = startEngine(options)
    engine = own
    own.ready.then(
      (said) => {
        if (stopped || engine !== own) return
        loadSeconds = (performance.now() - began) / 1000
        ready = said
        become('Ready', '')
      },
      () => {}, // the end of the process tells the same, and more
    )
    own.ended.then((end) => {
      if (stopped || engine !== own) return
      const wasReady = state === 'Ready'
      engine = undefined
      options.log('engine ended', { model: options.order.name, version: options.order.version, reason: end.reason })
      if (end.killed) kills = [...recent(kills), Date.now()]
      else faults = [...recent(faults), Date.now()]
      if (wasReady && faults.length + kills.length <= 1) ends = 0
      if (faults.length >= FAULTS || kills.length >= KILLS) {
        become(
          'Quarantined',
          `it ended its engine ${faults.length + kills.length} times, the last time because ${end.reason}; it stays out until its spec changes`,
        )
      } else if (ready === undefined && !end.killed && !end.late) become('Failed', end.reason)
      else restart(end.reason)
    })
  }

  start()
  return {
    get state() {
      return state
    },
    get message() {
      return message
    },
    get socket() {
      return state === 'Ready' ? (engine?.socket ?? '') : ''
    },
    get restarts() {
      return restarts
    },
    get loadSeconds() {
      return loadSeconds
    },
    get ready() {
      return ready
    },
    get engine() {
      return engine
    },
    settled: settled.promise,
    interrupt: (why) => engine?.end(why),
    stop: async (grace = 0) => {
      stopped = true
      clearTimeout(timer)
      const last = engine
      if (grace > 0) last?.retire(grace)
      else last?.end()
      await last?.ended
      settled.resolve()
    },
  }
}
