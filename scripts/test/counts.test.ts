import { describe, expect, it } from 'vitest'
import { add, honest, nothing, oneFailed, playwrightCounts, sumUp, vitestCounts } from './counts.ts'

const passed = { fullName: 'a test', status: 'passed', failureMessages: [] }
const vitest = (over: object) =>
  JSON.stringify({
    numPassedTests: 7,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [{ name: 'a.test.ts', status: 'passed', message: '', assertionResults: [passed] }],
    ...over,
  })
const playwright = (stats: object, errors: unknown[] = []) =>
  JSON.stringify({ stats: { expected: 3, unexpected: 0, flaky: 0, skipped: 0, ...stats }, suites: [], errors })

describe('the totals of a test run', () => {
  it('are those of the runners', () => {
    expect(vitestCounts(vitest({ numFailedTests: 2 }))).toMatchObject({ passed: 7, failed: 2 })
    expect(playwrightCounts(playwright({ unexpected: 1 }))).toMatchObject({ passed: 3, failed: 1 })
  })

  it('count skipped, flaky and unfinished tests as failed', () => {
    expect(vitestCounts(vitest({ numPendingTests: 1, numTodoTests: 1 })).failed).toBe(2)
    expect(playwrightCounts(playwright({ flaky: 1, skipped: 1 })).failed).toBe(2)
  })

  it('count a file that could not be loaded as failed', () => {
    expect(
      vitestCounts(
        vitest({ testResults: [{ name: 'a.test.ts', status: 'failed', message: '', assertionResults: [] }] }),
      ).failed,
    ).toBe(1)
    expect(playwrightCounts(playwright({}, [{ message: 'no such file' }])).failed).toBe(1)
  })

  it('are never better than the exit code, and a run of no test is a failure', () => {
    const seven = { ...nothing, passed: 7 }
    expect(honest(seven, 1)).toMatchObject({ passed: 7, failed: 1, failures: ['✗ The runner ended with code 1'] })
    expect(honest(nothing, 0)).toMatchObject({ passed: 0, failed: 1, failures: ['✗ No test has run'] })
    expect(honest(seven, 0)).toEqual(seven)
  })
})

describe('a whole run', () => {
  const ordinary = { title: 'npm test', counts: { ...nothing, passed: 10 } }

  it('ends with one line, the sum of its parts', () => {
    const real = { title: 'npm run test:cluster', counts: { ...nothing, passed: 5 } }
    expect(sumUp([ordinary, real])).toEqual({
      lines: ['npm test: 10 passed, 0 failed', 'npm run test:cluster: 5 passed, 0 failed', '15 passed, 0 failed'],
      good: true,
      failures: [],
    })
  })

  it('fails when any part does', () => {
    const real = { title: 'npm run test:cluster', counts: add({ ...nothing, passed: 5 }, oneFailed('a story')) }
    expect(sumUp([ordinary, real])).toMatchObject({ good: false, failures: ['✗ a story'] })
    expect(sumUp([ordinary, real]).lines.at(-1)).toBe('15 passed, 1 failed')
  })

  it('says why a part was left out, and does not fail for it', () => {
    const real = { title: 'npm run test:cluster', leftOut: 'Go is not installed' }
    expect(sumUp([ordinary, real])).toEqual({
      lines: [
        'npm test: 10 passed, 0 failed',
        'npm run test:cluster: left out, Go is not installed',
        '10 passed, 0 failed',
      ],
      good: true,
      failures: [],
    })
  })

  it('is not good when nothing has run', () => {
    expect(sumUp([{ title: 'npm test', leftOut: 'a reason' }]).good).toBe(false)
  })
})
