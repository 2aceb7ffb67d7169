/** Who may approve, and when it is enough. The requester never can, on whatever road they come. */
import type { Policy } from '../../../contracts/platform/policy.ts'
import { failure } from '../../../errors.ts'
import type { Actor } from '../../../permissions/actor.ts'
import type { ListedRow } from '../lifecycle/store.ts'

/** An approval counts while it stands for the present head, has not been voided, and whoever gave it is still let in. */
export const validApprovals = (row: ListedRow) =>
  row.approvals.filter(
    ({ decision, voidedAt, sha, reviewer }) =>
      decision === 'approved' && voidedAt === null && sha === row.headSha && reviewer.disabledAt === null,
  )

const fromPlatform = (roles: readonly string[]) => roles.includes('reviewer') || roles.includes('admin')

export function quorumReached(row: ListedRow, policy: Policy): boolean {
  const valid = validApprovals(row)
  const rule = policy.approvals[row.environment === 'prod' ? 'prod' : row.environment === 'staging' ? 'staging' : 'dev']
  const platform = valid.filter((approval) => fromPlatform(approval.reviewer.platformRoles)).length
  return valid.length >= rule.count && platform >= rule.fromPlatform
}

/** Why this person cannot decide on the request, or undefined if they can. The permission table is asked elsewhere. */
export function refusalToDecide(row: ListedRow, actor: Actor): string | undefined {
  if (actor.userId === null) return 'Only a person can approve.'
  if (actor.userId === row.requesterId) return 'You asked for this, so somebody else has to decide.'
  return undefined
}

export function demandDecider(row: ListedRow, actor: Actor): void {
  const refusal = refusalToDecide(row, actor)
  if (refusal) throw failure('self_approval', refusal, 'Ask another reviewer or maintainer to look at it.')
}
