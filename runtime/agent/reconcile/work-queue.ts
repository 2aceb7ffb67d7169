/**
 * Keys waiting to be worked on. A key is worked on by one worker at a time and waits at most once; one that comes up
 * while being worked on is worked on again afterwards, so the last word is never missed.
 */
export class WorkQueue {
  readonly #work: (key: string) => Promise<void>
  readonly #workers: number
  readonly #waiting = new Set<string>()
  readonly #running = new Set<string>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  #stopped = false

  constructor(workers: number, work: (key: string) => Promise<void>) {
    this.#workers = workers
    this.#work = work
  }

  add(key: string): void {
    clearTimeout(this.#timers.get(key))
    this.#timers.delete(key)
    this.#waiting.add(key)
    this.#start()
  }

  /** Sooner wins: a key that is due earlier anyway stays due then. */
  addLater(key: string, milliseconds: number): void {
    if (this.#stopped || this.#waiting.has(key) || this.#timers.has(key)) return
    this.#timers.set(
      key,
      setTimeout(() => this.add(key), milliseconds),
    )
  }

  get depth(): number {
    return this.#waiting.size + this.#running.size
  }

  stop(): void {
    this.#stopped = true
    this.#waiting.clear()
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  #start(): void {
    for (const key of this.#waiting) {
      if (this.#stopped || this.#running.size >= this.#workers) return
      if (this.#running.has(key)) continue
      this.#waiting.delete(key)
      this.#running.add(key)
      void this.#work(key).finally(() => {
        this.#running.delete(key)
        this.#start()
      })
    }
  }
}
