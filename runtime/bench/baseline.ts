/** Is it slower than last time? Judged by what no neighbour on the machine changes much: processor time a request. */
import { availableParallelism, cpus } from 'node:os'
import { z } from 'zod'
import type { Cost } from './measure/cells.ts'

export const Baseline = z.object({
  machine: z.string(),
  /** By workload and kind of body: microseconds of processor time, and how many times those of the echo server. */
  costs: z.record(z.string(), z.object({ connections: z.number(), micros: z.number(), overEcho: z.number() })),
})
export type Baseline = z.infer<typeof Baseline>

export const TOLERANCE = 1.15

export const thisMachine = (): string => `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`

export const nameOf = ({ workload, kind }: Pick<Cost, 'workload' | 'kind'>): string => `${workload} ${kind}`

export const baselineOf = (costs: readonly Cost[]): Baseline => ({
  machine: thisMachine(),
  costs: Object.fromEntries(
    costs.map((cost) => [
      nameOf(cost),
      {
        connections: cost.connections,
        micros: Math.round(cost.micros * 10) / 10,
        overEcho: Math.round(cost.overEcho * 100) / 100,
      },
    ]),
  ),
})

/**
 * Why this cost is too high; undefined when it is not. On the machine of last time the absolute figure must have grown and
 * the one relative to the echo server too, which forgives a busy hour; on another machine only the relative one counts.
 */
export const slower = (last: Baseline, cost: Cost, machine = thisMachine()): string | undefined => {
  const before = last.costs[nameOf(cost)]
  if (before === undefined) return undefined
  const absolute = cost.micros / before.micros
  const relative = cost.overEcho / before.overEcho
  const growth = last.machine === machine ? Math.min(absolute, relative) : relative
  if (!(growth > TOLERANCE)) return undefined
  return (
    `${nameOf(cost)}: a request costs ${cost.micros.toFixed(1)} µs of processor time, last time ${before.micros}; ` +
    `${cost.overEcho.toFixed(2)} times the echo server, last time ${before.overEcho}: more than ${Math.round((TOLERANCE - 1) * 100)} % slower`
  )
}
