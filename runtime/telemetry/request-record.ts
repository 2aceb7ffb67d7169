/** What is known of a request once it is answered: the matter of its log line and its spans. Never its body or token. */
import type { WireAnswer } from '../engine/frames/frames.ts'
import type { TraceContext } from './trace-context.ts'

/** How long each stage took, in milliseconds; the engine says so with its answer. */
export interface Stages {
  queue: number
  parse: number
  run: number
  serialize: number
  batchRows: number
}

export interface RequestRecord {
  protocol: 'http' | 'grpc'
  method: string
  path: string
  /** As in HTTP; 499 for a caller who did not wait. */
  status: number
  milliseconds: number
  /** Milliseconds since 1970. */
  endedAt: number
  requestId: string
  model: string
  version: string
  tenant: string
  bytesIn: number
  bytesOut: number
  /** Milliseconds from the request's head until it waited for its engine. */
  receivedIn: number
  stages: Stages | undefined
  trace: TraceContext | undefined
  /** Our own words on a failure of ours. */
  error: string
}

export const stagesOf = (answer: WireAnswer, queued: number): Stages => ({
  queue: queued,
  parse: answer.parseMicros / 1000,
  run: answer.runMicros / 1000,
  serialize: answer.writeMicros / 1000,
  batchRows: answer.batchRows,
})
