/**
 * How long the slowest of a hundred wait while a server has 70 % of what it can answer: of all servers, in turns. What
 * a server that does nothing shows here is what the machine and the load generator make of it.
 */
import type { Load } from '../load/wrk.ts'
import { median } from './statistics.ts'
import { atRate, type Subject } from './throughput.ts'

export interface Tail {
  requestsPerSecond: number
  p50: number
  p99: number
  /** p99 over p50, each round by itself, and then the median. */
  ratio: number
}

export const TAIL_SHARE = 0.7

export const tailOf = (rounds: readonly Load[]): Tail => ({
  requestsPerSecond: median(rounds.map((each) => each.requestsPerSecond)),
  p50: median(rounds.map((each) => each.p50)),
  p99: median(rounds.map((each) => each.p99)),
  ratio: median(rounds.map((each) => each.p99 / each.p50)),
})

export interface Loaded {
  subject: Subject
  /** Requests a second it answers at most. */
  most: number
}

export const measureTails = async (
  servers: readonly Loaded[],
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Tail[]> => {
  const taken = servers.map((server) => ({ ...server, loads: [] as Load[] }))
  for (let round = 0; round < rounds; round++) {
    for (const { subject, most, loads } of taken) loads.push(await atRate(subject, seconds, most * TAIL_SHARE))
  }
  return taken.map(({ loads }) => tailOf(loads))
}
