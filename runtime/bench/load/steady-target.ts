/** Asks one address at a steady rate with pauses as chance has them, whether the answers keep up or not. */

import type { z } from 'zod'
import { Caller, requestOf } from './caller.ts'
import type { Experience, Target } from './contract.ts'

const at = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

export class SteadyTarget {
  private readonly perMillisecond: number | undefined
  private readonly idle: Caller[]
  private readonly waiting: number[] = []
  private readonly underWay = new Set<Caller>()
  private next: number
  private asked = 0
  private stopped = false
  private times: number[] = []
  private outcomes = new Map<string, number>()

  constructor(target: z.infer<typeof Target>, now: number) {
    const request = requestOf(
      target.method,
      target.url,
      target.path,
      target.headers,
      Buffer.from(target.body, 'base64'),
    )
    this.perMillisecond = target.perSecond === undefined ? undefined : target.perSecond / 1000
    this.idle = Array.from({ length: target.connections }, () => new Caller(request))
    this.next = now + this.pause()
  }

  /** Where there is no rate, what is answered asks again. */
  begin(): void {
    if (this.perMillisecond !== undefined) return
    for (const caller of this.idle.splice(0)) this.send(caller, performance.now())
  }

  /** Sends what has become due. */
  tick(now: number): void {
    if (this.perMillisecond === undefined) return
    while (this.next <= now) {
      this.asked++
      const caller = this.idle.pop()
      if (caller) this.send(caller, performance.now())
      else this.waiting.push(this.next)
      this.next += this.pause()
    }
  }

  /** What has waited in vain is not sent any more. */
  stop(): void {
    this.stopped = true
    if (this.waiting.length > 0) this.outcomes.set('never sent', this.waiting.length)
    this.waiting.length = 0
  }

  get busy(): boolean {
    return this.underWay.size > 0
  }

  take(): Experience {
    const sorted = Float64Array.from(this.times).sort()
    const experience = {
      asked: this.asked,
      outcomes: Object.fromEntries(this.outcomes),
      p50: at(sorted, 0.5),
      p90: at(sorted, 0.9),
      p99: at(sorted, 0.99),
      max: sorted.at(-1) ?? 0,
    }
    this.asked = 0
    this.times = []
    this.outcomes = new Map()
    return experience
  }

  close(): void {
    for (const caller of [...this.idle, ...this.underWay]) caller.close()
  }

  private pause(): number {
    return -Math.log(1 - Math.random()) / (this.perMillisecond ?? 1)
  }

  private send(caller: Caller, due: number): void {
    if (this.perMillisecond === undefined) this.asked++
    this.underWay.add(caller)
    caller.send((outcome) => {
      if (outcome === '200') this.times.push(performance.now() - due)
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1)
      const late = this.waiting.shift()
      if (late !== undefined) return this.send(caller, late)
      if (this.perMillisecond === undefined && !this.stopped) return this.send(caller, performance.now())
      this.underWay.delete(caller)
      this.idle.push(caller)
    })
  }
}
