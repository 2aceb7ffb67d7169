/**
 * Asks one address at a steady rate with pauses as chance has them, whether the answers keep up or not. What it needs of
 * memory stays: a generator that stops to collect its garbage finds every server slow.
 */

import type { z } from 'zod'
import { Caller, requestOf } from './caller.ts'
import { type Experience, NEVER_SENT, type Target } from './contract.ts'

const FIRST_TIMES = 65_536

const at = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

export class SteadyTarget {
  private readonly perMillisecond: number | undefined
  private readonly callers: Caller[]
  private readonly idle: Caller[]
  /** When those that found no free connection were due; the first `late` of them are on their way. */
  private waiting: number[] = []
  private late = 0
  private next: number
  private asked = 0
  private stopped = false
  private times = new Float64Array(FIRST_TIMES)
  private good = 0
  private bad = new Map<string, number>()

  constructor(target: z.infer<typeof Target>, now: number) {
    const request = requestOf(
      target.method,
      target.url,
      target.path,
      target.headers,
      Buffer.from(target.body, 'base64'),
    )
    const answered = (caller: Caller, outcome: string): void => this.answered(caller, outcome)
    this.perMillisecond = target.perSecond === undefined ? undefined : target.perSecond / 1000
    this.callers = Array.from({ length: target.connections }, () => new Caller(request, answered))
    this.idle = [...this.callers]
    this.next = now + this.pause()
  }

  /** Where there is no rate, what is answered asks again. */
  begin(): void {
    if (this.perMillisecond !== undefined) return
    for (const caller of this.idle.splice(0)) this.again(caller)
  }

  /** Sends what has become due. */
  tick(now: number): void {
    if (this.perMillisecond === undefined || this.stopped) return
    while (this.next <= now) {
      this.asked++
      const caller = this.idle.pop()
      if (caller) caller.send(performance.now())
      else this.waiting.push(this.next)
      this.next += this.pause()
    }
  }

  /** What has waited in vain is not sent any more. */
  stop(): void {
    this.stopped = true
    const unsent = this.waiting.length - this.late
    if (unsent > 0) this.bad.set(NEVER_SENT, unsent)
    this.waiting = []
    this.late = 0
  }

  get busy(): boolean {
    return this.idle.length < this.callers.length
  }

  take(): Experience {
    const sorted = this.times.slice(0, this.good).sort()
    const outcomes = Object.fromEntries(this.bad)
    if (this.good > 0) outcomes['200'] = this.good
    const experience = {
      asked: this.asked,
      outcomes,
      p50: at(sorted, 0.5),
      p90: at(sorted, 0.9),
      p99: at(sorted, 0.99),
      max: sorted.at(-1) ?? 0,
    }
    this.asked = 0
    this.good = 0
    this.bad = new Map()
    return experience
  }

  close(): void {
    for (const caller of this.callers) caller.close()
  }

  private pause(): number {
    return -Math.log(1 - Math.random()) / (this.perMillisecond ?? 1)
  }

  private again(caller: Caller): void {
    this.asked++
    caller.send(performance.now())
  }

  private answered(caller: Caller, outcome: string): void {
    const now = performance.now()
    if (outcome === '200') this.note(now - caller.since)
    else this.bad.set(outcome, (this.bad.get(outcome) ?? 0) + 1)
    const due = this.waiting[this.late]
    if (due !== undefined) {
      this.late++
      if (this.late === this.waiting.length) {
        this.waiting = []
        this.late = 0
      }
      caller.send(due)
    } else if (this.perMillisecond === undefined && !this.stopped) this.again(caller)
    else this.idle.push(caller)
    // Whoever is woken by an answer need not wait for the next millisecond to send what is due.
    this.tick(now)
  }

  private note(milliseconds: number): void {
    if (this.good === this.times.length) {
      const more = new Float64Array(2 * this.times.length)
      more.set(this.times)
      this.times = more
    }
    this.times[this.good++] = milliseconds
  }
}
