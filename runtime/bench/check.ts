/** `npm run bench:check`: measures the runtime alone and says what has become slower. */
import { type Baseline, slower } from './baseline.ts'
import type { Cost } from './measure/cells.ts'
import { type Kind, kinds, type Workload } from './workloads.ts'

/** Bad luck passes; what is slower three times in a row is slower. */
const TRIES = 3

export interface CheckOptions {
  last: Baseline
  measure: (workload: Workload, which: readonly Kind[]) => Promise<Cost[]>
  tell: (line: string) => void
}

const checkOne = async ({ last, measure, tell }: CheckOptions, workload: Workload): Promise<string[]> => {
  let suspects = kinds.filter((kind) => last.costs[`${workload.name} ${kind}`] !== undefined)
  let reasons: string[] = []
  for (let attempt = 1; attempt <= TRIES && suspects.length > 0; attempt++) {
    const bad: { kind: Kind; reason: string }[] = []
    for (const cost of await measure(workload, suspects)) {
      const reason = slower(last, cost)
      if (reason !== undefined) bad.push({ kind: cost.kind, reason })
      const verdict = reason === undefined ? 'not slower' : attempt < TRIES ? 'slower; once more' : 'slower'
      tell(
        `${cost.workload} ${cost.kind}: ${cost.micros.toFixed(1)} µs, ${cost.overEcho.toFixed(2)} × echo: ${verdict}`,
      )
    }
    suspects = bad.map((each) => each.kind)
    reasons = bad.map((each) => each.reason)
  }
  return reasons
}

/** What is slower than last time; nothing when all is well. */
export const check = async (options: CheckOptions, chosen: readonly Workload[]): Promise<string[]> => {
  const faults: string[] = []
  for (const workload of chosen) faults.push(...(await checkOne(options, workload)))
  return faults
}
