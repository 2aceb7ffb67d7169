import type { RequestDraft } from '../../../contracts/requests/drafts.ts'
import { failure } from '../../../errors.ts'
import { inWords } from '../../policy/policy.ts'
import type { Plan } from './plan.ts'

const listed = new Intl.ListFormat('en-GB')

/**
 * A quota that is asked for as it stands would be a pull request that says nothing but whose it is. One that is tried
 * again is not looked at: part of it may be done.
 */
export function demandChange(draft: RequestDraft, { namespace, verdict }: Plan): void {
  if (draft.kind !== 'namespace.change') return
  if (verdict.changes.some((change) => change.now !== change.after)) return
  const held = verdict.changes.flatMap(({ resource, now }) => (now > 0 ? [inWords(resource, now)] : []))
  throw failure(
    'invalid_input',
    `${namespace} has this quota already: ${listed.format(held)}.`,
    'Change at least one amount, or leave the namespace as it is.',
    { fields: [{ field: 'quota', message: 'This is what the namespace has.' }] },
  )
}
