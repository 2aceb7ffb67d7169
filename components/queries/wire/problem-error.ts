import type { FieldError, Problem } from '#server/contracts/problem.ts'

/** What the API answered when it could not do what was asked, with the words it gave for people. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ProblemError'
    this.problem = problem
  }

  get fields(): readonly FieldError[] {
    return this.problem.fields ?? []
  }
}

/** Any failure as a problem: a dead connection and a broken page are told in the same shape as a refusal. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  return {
    type: 'about:blank',
    title: 'Something in this page failed',
    status: 0,
    code: 'page',
    detail: error instanceof Error && error.message ? error.message : 'The page could not be shown.',
    remedy: 'Try again. If it stays, tell the platform team what you did.',
    requestId: '',
  }
}

export const unreachable = (): Problem => ({
  type: 'about:blank',
  title: 'The portal does not answer',
  status: 0,
  code: 'unreachable',
  detail: 'The portal could not be reached.',
  remedy: 'Check your connection, then try again. Nothing you typed is lost.',
  requestId: '',
})
