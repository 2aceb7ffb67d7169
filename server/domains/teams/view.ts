/** Teams and members as the API tells them. */
import { TeamSlug, UserId } from '../../contracts/names.ts'
import { Allowances, type MemberView, TeamRole, type TeamView } from '../../contracts/people.ts'
import { strongest } from '../people/people.ts'

export type TeamRow = {
  slug: string
  name: string
  costCentre: string
  onCall: string
  allowances: unknown
  archivedAt: Date | null
  version: number
}

export function teamView(row: TeamRow, memberCount: number): TeamView {
  return {
    slug: TeamSlug.parse(row.slug),
    name: row.name,
    costCentre: row.costCentre,
    onCall: row.onCall,
    allowances: Allowances.parse(row.allowances),
    archivedAt: row.archivedAt?.toISOString() ?? null,
    memberCount,
    version: row.version,
  }
}

export type MemberRow = {
  id: string
  name: string
  email: string | null
  memberships: { role: string; source: string; createdAt: Date }[]
}

/** A person may be in a team twice, by a group and by a maintainer: the stronger role counts. */
export function memberView(row: MemberRow): MemberView {
  const memberships = row.memberships.map((each) => ({ ...each, role: TeamRole.parse(each.role) }))
  const role = strongest(memberships.map((each) => each.role))
  const counting = memberships.filter((each) => each.role === role)
  const fromGroup = counting.find((each) => each.source === 'group')
  const membership = fromGroup ?? counting[0]
  if (!role || !membership) throw new Error(`${row.id} is listed as a member without a membership`)
  return {
    user: { id: UserId.parse(row.id), name: row.name },
    email: row.email,
    role,
    source: fromGroup ? 'group' : 'portal',
    since: membership.createdAt.toISOString(),
  }
}
