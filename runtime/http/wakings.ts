/**
 * Callers of a model that was set aside. Their request has it loaded again, and they wait for that instead of being told
 * to ask once more: as long as a load may take that is worth waiting for, and no longer than they said they would.
 */
import type { ModelRoute } from './route-table.ts'

export interface Caller {
  /** They have left. */
  readonly gone: boolean
  /** Told that they were waited for in vain. */
  readonly forgotten?: () => void
}

export interface Waiting {
  caller: Caller
  /** As it was when there was nobody to answer. */
  model: ModelRoute
  until: number
  /** Tries again with the model as it is now. */
  again: (model: ModelRoute) => void
}

const LONGEST_WAIT = 10_000
/** Each holds a connection and what it has sent so far; those who come when so many wait are told to come again. */
const MOST = 256

const isWaking = (model: ModelRoute): boolean => model.versions.some((each) => each.asleep || each.waking)

export class Wakings {
  private waiting: Waiting[] = []
  private readonly find: (name: string) => ModelRoute | undefined

  constructor(find: (name: string) => ModelRoute | undefined) {
    this.find = find
  }

  /**
   * Has the caller tried again when the model has changed, or their time is over. False when nobody loads it, or they
   * have no time for that: `patience` is what they give, 0 for no end. Who waits once more passes on `until` and not that.
   */
  waitForLoad(
    caller: Caller & { readonly patience: number },
    model: ModelRoute,
    until: number | undefined,
    again: (model: ModelRoute, until: number, waited: number) => void,
  ): boolean {
    if (!isWaking(model)) return false
    const now = performance.now()
    const patience = caller.patience || Number.POSITIVE_INFINITY
    const end = until ?? now + Math.min(LONGEST_WAIT, model.timeoutMilliseconds, patience)
    if (now >= end) return false
    return this.wait({ caller, model, until: end, again: (fresh) => again(fresh, end, performance.now() - now) })
  }

  /** False when too many wait already. */
  wait(waiting: Waiting): boolean {
    if (this.waiting.length >= MOST) return false
    this.waiting.push(waiting)
    return true
  }

  /** Called many times a second: whatever has changed, and whoever's time is over, is tried again. */
  sweep(now: number): void {
    if (this.waiting.length === 0) return
    const before = this.waiting
    this.waiting = []
    for (const each of before) {
      if (each.caller.gone) {
        each.caller.forgotten?.()
        continue
      }
      const model = this.find(each.model.name)
      if (model === each.model && now < each.until) this.waiting.push(each)
      else each.again(model ?? each.model)
    }
  }
}
