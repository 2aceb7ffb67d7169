/** When a version is likely to answer again, for callers who are told to come back. */
import { CLOSELY, pauseAfter } from '../engine/lifecycle/restart-pause.ts'

export class Comeback {
  /** In milliseconds since the epoch; 0 when nobody can tell, infinity for not before its spec changes. */
  backAt = 0
  /** Milliseconds that the last load took. */
  private loading = 0
  private ends = 0
  private endedAt = Number.NEGATIVE_INFINITY

  /** Its engine is being started, after so many milliseconds. */
  starts(now: number, after = 0): void {
    this.backAt = now + after + this.loading
  }

  isLoaded(seconds: number): void {
    this.loading = seconds * 1000
  }

  /** Its engine has ended and is started again. */
  ended(now: number): void {
    this.ends = now - this.endedAt < CLOSELY ? this.ends + 1 : 1
    this.endedAt = now
    this.starts(now, pauseAfter(this.ends))
  }

  gaveUp(): void {
    this.backAt = Number.POSITIVE_INFINITY
  }

  /** How long it would be away, in milliseconds, if its engine ended now. */
  get away(): number {
    return pauseAfter(this.ends + 1) + this.loading
  }
}
