/** What a service returned, held against the contract, and its version as an ETag. */
import type { Contract, OutputOf } from '../../contracts/contract.ts'
import { failure } from '../../errors.ts'

export function answer<C extends Contract>(contract: C, made: unknown): OutputOf<C> {
  const parsed = contract.output.safeParse(made)
  if (parsed.success) return parsed.data as OutputOf<C>
  const where = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).slice(0, 5)
  throw new Error(`${contract.method} ${contract.path} broke its contract: ${where.join('; ')}`)
}

export function etagOf(body: unknown): string | undefined {
  if (body === null || typeof body !== 'object' || !('version' in body)) return undefined
  return `"${body.version}"`
}

/** The version that a change was made on. */
export function versionFrom(headers: Headers): number {
  const given = headers.get('if-match')
  if (given === null) {
    throw failure(
      'version_required',
      'The change does not say which version it was made on.',
      'Read it first, then send its ETag back as If-Match.',
    )
  }
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(given.trim())?.[1]
  if (version) return Number(version)
  throw failure('malformed_request', 'If-Match is not an ETag that the portal gave out.', 'Send the ETag unchanged.')
}
