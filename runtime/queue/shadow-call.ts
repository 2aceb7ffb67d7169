/** The same request to a shadow version, sent when the real answer is there; compared and never returned. */
import type { BodyKind, WireAnswer } from '../engine/frames/frames.ts'
import type { RequestStats } from '../metrics/request-stats.ts'
import { Body, type Call } from './call.ts'
import { sameOutputs } from './compare-answers.ts'
import type { Job } from './engine-client.ts'

export class ShadowCall extends Body implements Job {
  readonly kind: BodyKind
  readonly name: string
  readonly jsonLength: number | undefined
  readonly tenant: string
  readonly deadline: number
  readonly enqueuedAt: number
  sentAt: number
  over = false
  private readonly stats: RequestStats
  private readonly wanted: WireAnswer

  constructor(call: Call, body: Buffer, wanted: WireAnswer, stats: RequestStats) {
    super()
    const now = performance.now()
    this.kind = call.kind
    this.name = call.name
    this.jsonLength = call.jsonLength
    this.tenant = call.tenant
    this.deadline = now + call.model.timeoutMilliseconds
    this.enqueuedAt = now
    this.sentAt = now
    this.stats = stats
    this.wanted = wanted
    this.hold(body)
  }

  done(answer: WireAnswer): void {
    this.stats.shadowCompared++
    if (!sameOutputs(this.wanted, answer)) this.stats.shadowDiffered++
  }

  failed(): void {
    this.stats.shadowCompared++
    this.stats.shadowDiffered++
  }
}
