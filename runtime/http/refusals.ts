/**
 * A caller who is turned away and asks again at once costs as much as one who is served, and others pay for it. So a
 * tenant is told no at once only so many times a second; who asks more often waits for that answer, and meanwhile nothing
 * more is read from their connection. Nobody waits longer than they are told to stay away anyway.
 */
import type { InferenceError } from '../protocol/errors.ts'

/** Somebody who is refused. */
export interface Refused {
  /** They left meanwhile. */
  readonly gone: boolean
  /** Reads nothing more from them until they are answered; returns how many bytes that keeps in memory. */
  hold: () => number
  refuse: (error: InferenceError) => void
}

interface Waiting {
  refused: Refused
  error: InferenceError
  bytes: number
  since: number
}

interface Line {
  /** Answered since the last round. */
  answered: number
  waiting: Waiting[]
  /** The first of them that still waits. */
  next: number
}

/** Each thread has its own lines, and goes round them fifty times a second. */
const AT_ONCE = 10
const LONGEST_WAIT = 1000
const MOST_BYTES = 33_554_432
/** What somebody who waits takes besides, roughly. */
const EACH = 2048

export class Refusals {
  private readonly lines = new Map<string, Line>()
  private bytes = 0

  refuse(tenant: string, refused: Refused, error: InferenceError, now: number): void {
    let line = this.lines.get(tenant)
    if (!line) {
      line = { answered: 0, waiting: [], next: 0 }
      this.lines.set(tenant, line)
    }
    const mayGo = line.answered < AT_ONCE && line.waiting.length === 0
    if (mayGo || this.bytes >= MOST_BYTES) {
      line.answered++
      refused.refuse(error)
      return
    }
    const bytes = EACH + refused.hold()
    this.bytes += bytes
    line.waiting.push({ refused, error, bytes, since: now })
  }

  /** Called fifty times a second: the next of each line are answered, and whoever has waited long enough. */
  sweep(now: number): void {
    for (const [tenant, line] of this.lines) {
      if (line.answered === 0 && line.waiting.length === 0) this.lines.delete(tenant)
      else this.advance(line, now)
    }
  }

  private advance(line: Line, now: number): void {
    line.answered = 0
    const { waiting } = line
    for (; line.next < waiting.length; line.next++) {
      const first = waiting[line.next]
      if (!first) continue
      if (!first.refused.gone) {
        if (line.answered >= AT_ONCE && now - first.since < LONGEST_WAIT) break
        line.answered++
        first.refused.refuse(first.error)
      }
      this.bytes -= first.bytes
    }
    if (line.next > waiting.length / 2) {
      waiting.splice(0, line.next)
      line.next = 0
    }
  }
}
