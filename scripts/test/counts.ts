import { z } from 'zod'
import { playwrightFailures, vitestFailures } from './failures.ts'

export interface Counts {
  passed: number
  failed: number
  /** What failed and why, to be told again at the end. */
  failures: readonly string[]
}

export const nothing: Counts = { passed: 0, failed: 0, failures: [] }
export const oneFailed = (what: string): Counts => ({ passed: 0, failed: 1, failures: [`✗ ${what}`] })

export const add = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  failures: [...a.failures, ...b.failures],
})

const Vitest = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

const Playwright = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.unknown()),
})

/** A test that was skipped has shown nothing, and a file that could not be loaded hides its tests: both count as failed. */
export function vitestCounts(report: string): Counts {
  const run = Vitest.parse(JSON.parse(report))
  const unloaded = run.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  const failed = run.numFailedTests + run.numPendingTests + run.numTodoTests + unloaded.length
  return { passed: run.numPassedTests, failed, failures: vitestFailures(report) }
}

/** A flaky test has failed once, which is once too often. */
export function playwrightCounts(report: string): Counts {
  const { stats, errors } = Playwright.parse(JSON.parse(report))
  const failed = stats.unexpected + stats.flaky + stats.skipped + errors.length
  return { passed: stats.expected, failed, failures: playwrightFailures(report) }
}

/** What a runner reported, never better than its exit code. */
export function honest(counts: Counts, code: number): Counts {
  if (code !== 0 && counts.failed === 0) return add(counts, oneFailed(`The runner ended with code ${code}`))
  return counts.passed === 0 && counts.failed === 0 ? oneFailed('No test has run') : counts
}

export const totalLine = ({ passed, failed }: Pick<Counts, 'passed' | 'failed'>): string =>
  `${passed} passed, ${failed} failed`

export const isGood = ({ passed, failed }: Pick<Counts, 'passed' | 'failed'>): boolean => failed === 0 && passed > 0

/** One part of a whole run: what it counted, or why it was left out. */
export type Stage = { title: string; counts: Counts } | { title: string; leftOut: string }

/** A line for each part, then the total. What was left out has shown nothing, which is said and is no failure. */
export function sumUp(stages: Stage[]): { lines: string[]; good: boolean; failures: readonly string[] } {
  const lines = stages.map((stage) =>
    'leftOut' in stage ? `${stage.title}: left out, ${stage.leftOut}` : `${stage.title}: ${totalLine(stage.counts)}`,
  )
  const total = stages.reduce((sum, stage) => ('counts' in stage ? add(sum, stage.counts) : sum), nothing)
  return { lines: [...lines, totalLine(total)], good: isGood(total), failures: total.failures }
}
