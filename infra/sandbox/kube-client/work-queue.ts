import { messageOf } from './api-error.ts'

type Handler = (key: string) => Promise<number | undefined>
type Options = { concurrency?: number; log?: (message: string) => void; maxBackoffMilliseconds?: number }

/**
 * Keys waiting to be looked at. A key asked for many times is handled once, never twice at the same time; one that fails
 * comes back with growing pauses; a handler that returns a number is called again after so many milliseconds.
 */
export class WorkQueue {
  readonly #handle: Handler
  readonly #options: Options
  readonly #waiting = new Set<string>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #timers = new Map<string, { at: number; timer: NodeJS.Timeout }>()
  readonly #failures = new Map<string, number>()
  #stopped = false

  constructor(handle: Handler, options: Options = {}) {
    this.#handle = handle
    this.#options = options
  }

  add(key: string): void {
    if (this.#stopped) return
    this.#waiting.add(key)
    this.#pump()
  }

  /** An earlier appointment for the same key stands. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#stopped) return
    const at = Date.now() + milliseconds
    const known = this.#timers.get(key)
    if (known && known.at <= at) return
    clearTimeout(known?.timer)
    const timer = setTimeout(() => {
      this.#timers.delete(key)
      this.add(key)
    }, milliseconds)
    this.#timers.set(key, { at, timer })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#waiting.clear()
    for (const { timer } of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    await Promise.allSettled(this.#running.values())
  }

  #pump(): void {
    for (const key of this.#waiting) {
      if (this.#stopped || this.#running.size >= (this.#options.concurrency ?? 4)) return
      if (this.#running.has(key)) continue
      this.#waiting.delete(key)
      this.#running.set(key, this.#run(key))
    }
  }

  async #run(key: string): Promise<void> {
    try {
      const again = await this.#handle(key)
      this.#failures.delete(key)
      if (again !== undefined) this.addAfter(key, again)
    } catch (error) {
      const failures = (this.#failures.get(key) ?? 0) + 1
      this.#failures.set(key, failures)
      if (!this.#stopped) this.#options.log?.(`${key}: ${messageOf(error)}`)
      this.addAfter(key, Math.min(this.#options.maxBackoffMilliseconds ?? 10_000, 25 * 2 ** failures))
    } finally {
      this.#running.delete(key)
      queueMicrotask(() => this.#pump())
    }
  }
}
