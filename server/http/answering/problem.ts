/** An error becomes an answer here, and nowhere else. */
import type { Problem } from '../../contracts/problem.ts'
import { databaseTrouble } from '../../database/trouble.ts'
import { failure, PortalError } from '../../errors.ts'
import type { Log } from '../../logging/log.ts'

const titles: Partial<Record<string, string>> = {
  invalid_input: 'Some fields are not valid',
  unauthenticated: 'Sign in first',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  rate_limited: 'Too many requests',
  internal: 'Something went wrong',
}

/** The error as one of ours; what nobody foresaw is logged with its stack and told by its id alone. */
export function explained(error: unknown, log: Log, requestId: string): PortalError {
  if (error instanceof PortalError) {
    if (error.status >= 500) log.warn({ requestId, code: error.code, err: error }, error.message)
    return error
  }
  const trouble = databaseTrouble(error)
  if (trouble === 'unavailable') {
    log.error({ requestId, err: error }, 'The database does not answer')
    return failure('database_unavailable', 'The database does not answer.', 'Try again in a few seconds.', {
      retryAfterSeconds: 2,
    })
  }
  if (trouble === 'clash') {
    log.warn({ requestId, err: error }, 'Two changes clashed')
    return failure('conflict', 'Somebody else changed the same thing at the same moment.', 'Look again and repeat it.')
  }
  log.error({ requestId, err: error }, 'A request failed for a reason nobody foresaw')
  return failure(
    'internal',
    `The portal failed. It is logged as ${requestId}.`,
    'Try again; if it stays, give the platform team this id.',
  )
}

const refusesBodies = [400, 413, 415]

export function problemOf(error: PortalError, requestId: string): Problem {
  const { detail, remedy, fields, retryAfterSeconds } = error.explanation
  const title = titles[error.code] ?? sentence(error.code)
  return {
    type: `/docs/api#${error.code}`,
    title,
    status: error.status,
    code: error.code,
    detail,
    remedy,
    ...(fields ? { fields } : {}),
    requestId,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  }
}

export function problemResponse(error: PortalError, requestId: string): Response {
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  const { retryAfterSeconds } = error.explanation
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(Math.max(1, Math.ceil(retryAfterSeconds))))
  // The rest of a body that was refused half-way is not waited for.
  if (refusesBodies.includes(error.status)) headers.set('connection', 'close')
  if (error.status === 401) headers.set('www-authenticate', 'Bearer realm="modelyard"')
  return new Response(JSON.stringify(problemOf(error, requestId)), { status: error.status, headers })
}

const sentence = (code: string) => code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' ')
