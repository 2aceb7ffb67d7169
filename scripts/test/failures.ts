// What failed and why, said once more at the end: who reads a long run from its last screen must not have to search.
import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'

const linesOfReason = 12
const mostShown = 20

const Vitest = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
})

export function vitestFailures(report: string): string[] {
  return Vitest.parse(JSON.parse(report)).testResults.flatMap(({ name, status, message, assertionResults }) => {
    const broken = assertionResults.filter((test) => test.status !== 'passed')
    if (broken.length === 0) return status === 'failed' ? [failure(name, message)] : []
    return broken.map(({ fullName, status, failureMessages }) =>
      failure(`${name} › ${fullName}`, failureMessages?.[0] || `${status}. ${message}`),
    )
  })
}

interface Suite {
  file: string
  specs: {
    title: string
    line: number
    tests: { status: string; results: { error?: { message?: string | undefined } | undefined }[] }[]
  }[]
  suites?: Suite[] | undefined
}

const Suite: z.ZodType<Suite> = z.object({
  file: z.string(),
  specs: z.array(
    z.object({
      title: z.string(),
      line: z.number(),
      tests: z.array(
        z.object({
          status: z.string(),
          results: z.array(z.object({ error: z.object({ message: z.string().optional() }).optional() })),
        }),
      ),
    }),
  ),
  get suites() {
    return z.array(Suite).optional()
  },
})

const Playwright = z.object({
  suites: z.array(Suite),
  errors: z.array(z.object({ message: z.string().optional() })),
})

export function playwrightFailures(report: string): string[] {
  const { suites, errors } = Playwright.parse(JSON.parse(report))
  return [...errors.map(({ message }) => failure('Playwright', message)), ...suites.flatMap(failuresOfSuite)]
}

const failuresOfSuite = ({ file, specs, suites = [] }: Suite): string[] => [
  ...specs.flatMap(({ title, line, tests }) =>
    tests
      .filter(({ status }) => status !== 'expected')
      .map(({ status, results }) =>
        failure(`${file}:${line} › ${title}`, results.find(({ error }) => error)?.error?.message ?? status),
      ),
  ),
  ...suites.flatMap(failuresOfSuite),
]

function failure(title: string, reason = 'no reason was given'): string {
  const lines = stripVTControlCharacters(reason).trim().split('\n')
  const shown = lines.slice(0, linesOfReason).map((line) => `    ${line}`)
  if (lines.length > shown.length) shown.push('    …')
  return [`✗ ${title}`, ...shown].join('\n')
}

/** Nothing when all went well. */
export function retell(failures: readonly string[]): string {
  if (failures.length === 0) return ''
  const more = failures.length - mostShown
  return [
    '\nWhat failed:',
    ...failures.slice(0, mostShown),
    ...(more > 0 ? [`… and ${more} more, see above.`] : []),
  ].join('\n')
}
