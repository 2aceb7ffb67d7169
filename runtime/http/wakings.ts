/**
 * Callers of a model that was set aside. Their request has it loaded again, and they wait for that instead of being told
 * to ask once more: as long as a load may take that is worth waiting for, and no longer than they said they would.
 */
import type { ModelRoute } from './route-table.ts'

export interface Waiting {
  /** The caller has left when `gone`. */
  caller: { readonly gone: boolean }
  /** As it was when there was nobody to answer. */
  model: ModelRoute
  until: number
  /** Tries again with the model as it is now. */
  again: (model: ModelRoute) => void
}

export const LONGEST_WAIT = 10_000
/** Each holds a connection and the head of a request; those who come when so many wait are told to come again. */
const MOST = 256

export const isWaking = (model: ModelRoute): boolean => model.versions.some((each) => each.asleep || each.waking)

export class Wakings {
  private waiting: Waiting[] = []
  private readonly find: (name: string) => ModelRoute | undefined

  constructor(find: (name: string) => ModelRoute | undefined) {
    this.find = find
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
      if (each.caller.gone) continue
      const model = this.find(each.model.name)
      if (model === each.model && now < each.until) this.waiting.push(each)
      else each.again(model ?? each.model)
    }
  }
}
