/** What came of a soak: what failed that had no part in a kill, how the steady ones fared, and whether memory is flat. */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { type Experiences, experienceOf, failuresOf } from '../bench/load/steady-load.ts'

export interface MemorySample {
  server: number
  engines: number
}

export interface SoakFindings {
  seconds: number
  requests: number
  /** 503 from the model whose engine is killed. */
  expected: number
  /** Everything else that was not 200, by model and outcome. */
  errors: Record<string, number>
  killed: number
  changes: number
  /** Milliseconds, of the models nobody touches: the median over the run and the worst 99th percentile of any minute. */
  p50: number
  worstP99: number
  /** Megabytes early (the second tenth of the run, after warming up) and in its last tenth. */
  early: MemorySample
  late: MemorySample
}

const mean = (samples: readonly MemorySample[]): MemorySample => {
  const of = (part: keyof MemorySample): number =>
    samples.reduce((sum, each) => sum + each[part], 0) / Math.max(1, samples.length)
  return { server: of('server'), engines: of('engines') }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

export interface Observed {
  experiences: readonly Experiences[]
  memory: readonly MemorySample[]
  steady: readonly string[]
  victim: string
}

export const sumUp = ({ experiences, memory, steady, victim }: Observed) => {
  const errors: Record<string, number> = {}
  let requests = 0
  let expected = 0
  for (const taken of experiences) {
    for (const name of [...steady, victim]) {
      const experience = experienceOf(taken, name)
      requests += experience.asked
      for (const [what, times] of failuresOf(experience)) {
        if (name === victim && what === '503') expected += times
        else errors[`${name} ${what}`] = (errors[`${name} ${what}`] ?? 0) + times
      }
    }
  }
  const calm = experiences
    .flatMap((taken) => steady.map((name) => experienceOf(taken, name)))
    .filter((each) => each.max > 0)
  const share = (from: number, to: number) => mean(memory.slice(memory.length * from, Math.max(1, memory.length * to)))
  return {
    requests,
    expected,
    errors,
    p50: median(calm.map((each) => each.p50)),
    worstP99: Math.max(0, ...calm.map((each) => each.p99)),
    early: share(0.1, 0.2),
    late: share(0.9, 1),
  }
}

export const errorShare = ({ errors, requests }: SoakFindings): number =>
  Object.values(errors).reduce((sum, times) => sum + times, 0) / Math.max(1, requests)

const GROWTH = 1.1
const GROWTH_MEGABYTES = 20
const grew = (early: number, late: number): boolean => late > early * GROWTH + GROWTH_MEGABYTES

export const faultsOf = (found: SoakFindings): string[] => {
  const faults: string[] = []
  if (errorShare(found) >= 0.0001) {
    faults.push('One request in ten thousand or more failed that had no part in a kill.')
  }
  for (const part of ['server', 'engines'] as const) {
    if (grew(found.early[part], found.late[part])) faults.push(`The memory of the ${part} is not flat.`)
  }
  return faults
}

const megabytes = ({ server, engines }: MemorySample): string => `${server.toFixed(0)} + ${engines.toFixed(0)} MB`

export const describe = (found: SoakFindings): string[] => {
  const named = Object.entries(found.errors).map(([what, times]) => `${what}: ${times}`)
  return [
    `${found.requests.toLocaleString('en-US')} requests in ${(found.seconds / 60).toFixed(1)} minutes (${(found.requests / found.seconds).toFixed(0)} a second); ${found.killed} engines killed, ${found.changes} loads and unloads`,
    `${found.expected} answers 503 from the model whose engine was killed; other errors: ${(errorShare(found) * 100).toFixed(4)} %${named.length > 0 ? ` (${named.join(', ')})` : ''}`,
    `the models nobody touched: p50 ${found.p50.toFixed(2)} ms, p99 of the worst interval ${found.worstP99.toFixed(1)} ms`,
    `memory of the server and of two engines: ${megabytes(found.early)} early, ${megabytes(found.late)} at the end`,
  ]
}

export const section = (found: SoakFindings): string => {
  const faults = faultsOf(found)
  return `## Half an hour of ordinary trouble

Written by \`npm run runtime:soak\` on ${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores; load of the machine at the
end ${(loadavg()[0] ?? 0).toFixed(1)}. The goals: fewer than one request in ten thousand fails that had no part in a kill, and memory stays flat.

${describe(found)
  .map((line) => `* ${line}`)
  .join('\n')}

${faults.length === 0 ? 'All goals met.' : faults.join(' ')}`
}
