import { describe, expect, it } from 'vitest'
import { playwrightFailures, retell, vitestFailures } from './failures.ts'

const file = (over: object) => ({ name: 'a.test.ts', status: 'failed', message: '', assertionResults: [], ...over })
const vitest = (...testResults: object[]) => vitestFailures(JSON.stringify({ testResults }))

describe('what failed', () => {
  it('is told with the test and the reason, without colours', () => {
    const broken = { fullName: 'adds up', status: 'failed', failureMessages: ['\u001b[31mexpected 1\u001b[0m to be 2'] }
    const fine = { fullName: 'goes well', status: 'passed', failureMessages: [] }
    expect(vitest(file({ assertionResults: [fine, broken] }))).toEqual([
      '✗ a.test.ts › adds up\n    expected 1 to be 2',
    ])
  })

  it('is told of a file that could not be loaded, and of tests its set-up has kept from running', () => {
    expect(vitest(file({ message: 'no such module' }))).toEqual(['✗ a.test.ts\n    no such module'])
    const kept = { fullName: 'adds up', status: 'skipped', failureMessages: [] }
    expect(vitest(file({ message: 'the port is taken', assertionResults: [kept] }))).toEqual([
      '✗ a.test.ts › adds up\n    skipped. the port is taken',
    ])
  })

  it('is told of stories in the browser, however deep they are described, and of those that did not run', () => {
    const spec = (title: string, status: string, message?: string) => ({
      title,
      line: 7,
      tests: [{ status, results: message ? [{ error: { message } }] : [] }],
    })
    const suites = [
      {
        file: 'a.spec.ts',
        specs: [spec('fine', 'expected')],
        suites: [{ file: 'a.spec.ts', specs: [spec('broken', 'unexpected', 'not visible'), spec('late', 'skipped')] }],
      },
    ]
    expect(playwrightFailures(JSON.stringify({ suites, errors: [{ message: 'no browser' }] }))).toEqual([
      '✗ Playwright\n    no browser',
      '✗ a.spec.ts:7 › broken\n    not visible',
      '✗ a.spec.ts:7 › late\n    skipped',
    ])
  })

  it('ends a run in few lines, however much it is', () => {
    expect(retell([])).toBe('')
    const long = vitest(file({ message: Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n') }))
    expect(long[0]?.split('\n')).toHaveLength(14)
    const told = retell(Array.from({ length: 25 }, (_, test) => `✗ test ${test}`))
    expect(told).toContain('✗ test 19')
    expect(told).not.toContain('✗ test 20')
    expect(told).toContain('… and 5 more, see above.')
  })
})
