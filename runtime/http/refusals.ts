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

export interface Times {
  /** Milliseconds. */
  now: () => number
  after: (milliseconds: number, run: () => void) => unknown
}

interface Waiting {
  refused: Refused
  error: InferenceError
  bytes: number
  since: number
}

interface Line {
  /** When the tenant may be refused next. */
  next: number
  waiting: Waiting[]
  /** The first of them that still waits. */
  first: number
}

/** One by one: callers who are told together would come back together. Each thread has lines of its own. */
const PAUSE = 2
/** What was not used of the last so many milliseconds may come at once. */
const BURST = 18
const LONGEST_WAIT = 1000
const MOST_BYTES = 33_554_432
/** What somebody who waits takes besides, roughly. */
const EACH = 2048
const MOST_LINES = 1000

export class Refusals {
  private readonly times: Times
  private readonly lines = new Map<string, Line>()
  private bytes = 0
  private waiting = 0

  constructor(times: Times) {
    this.times = times
  }

  refuse(tenant: string, refused: Refused, error: InferenceError): void {
    const now = this.times.now()
    const line = this.lines.get(tenant) ?? this.open(tenant)
    const isFirst = line.waiting.length === 0
    if (isFirst) line.next = Math.max(line.next, now - BURST)
    if ((isFirst && line.next <= now) || this.bytes >= MOST_BYTES) {
      line.next += PAUSE
      refused.refuse(error)
      return
    }
    const bytes = EACH + refused.hold()
    this.bytes += bytes
    line.waiting.push({ refused, error, bytes, since: now })
    if (this.waiting++ === 0) this.times.after(PAUSE, this.round)
  }

  private readonly round = (): void => {
    const now = this.times.now()
    for (const line of this.lines.values()) if (line.waiting.length > 0) this.advance(line, now)
    if (this.waiting > 0) this.times.after(PAUSE, this.round)
  }

  /** Those whose turn it is are answered, and whoever has waited long enough. */
  private advance(line: Line, now: number): void {
    const { waiting } = line
    for (; line.first < waiting.length; line.first++) {
      const each = waiting[line.first]
      if (!each) continue
      if (!each.refused.gone) {
        if (line.next > now && now - each.since < LONGEST_WAIT) break
        line.next = Math.max(line.next, now - BURST) + PAUSE
        each.refused.refuse(each.error)
      }
      this.bytes -= each.bytes
      this.waiting--
    }
    if (line.first > waiting.length / 2) {
      waiting.splice(0, line.first)
      line.first = 0
    }
  }

  private open(tenant: string): Line {
    if (this.lines.size >= MOST_LINES) {
      for (const [name, line] of this.lines) if (line.waiting.length === 0) this.lines.delete(name)
    }
    const line: Line = { next: 0, waiting: [], first: 0 }
    this.lines.set(tenant, line)
    return line
  }
}
