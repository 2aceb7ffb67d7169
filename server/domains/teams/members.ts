/** Who belongs to a team. A team that has a maintainer keeps one. */
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import { type listMembers, type MemberView, type setMember, TeamRole, teamRoles } from '../../contracts/people.ts'
import type { Database, Transaction } from '../../database/database.ts'
import { type SortValues, sortedPage } from '../../database/sorted-page.ts'
import { failure, notFound } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import { recordAudit } from '../audit/audit.ts'
import { announce } from '../live/live.ts'
import type { Standings } from '../people/people.ts'
import { lockTeam, openTeam } from './store.ts'
import { memberView } from './view.ts'

/** A team has few enough people to put in order here; roles go from the strongest down. */
const sortValues: SortValues<MemberView> = {
  name: (member) => member.user.name,
  role: (member) => teamRoles.indexOf(member.role),
  source: (member) => member.source,
  since: (member) => member.since,
}

export function createMembers({ db, standings }: { db: Database; standings: Standings }) {
  const select = (teamId: string) => ({
    id: true,
    name: true,
    email: true,
    memberships: { where: { teamId }, select: { role: true, source: true, createdAt: true } },
  })

  async function memberOf(tx: Transaction, teamId: string, userId: string) {
    const row = await tx.user.findUnique({ where: { id: userId }, select: select(teamId) })
    if (!row) throw notFound('This person')
    return row
  }

  return {
    async listMembers(actor: Actor, input: ParsedInputOf<typeof listMembers>): Promise<OutputOf<typeof listMembers>> {
      demand(actor, 'member.list', input.team)
      const team = await db.team.findUnique({ where: { slug: input.team } })
      if (!team) throw notFound(`Team ${input.team}`)
      const rows = await db.user.findMany({
        where: { memberships: { some: { teamId: team.id } } },
        select: select(team.id),
      })
      return sortedPage(rows.map(memberView), input, sortValues, (member) => member.user.id)
    },

    async setMember(actor: Actor, input: ParsedInputOf<typeof setMember>): Promise<MemberView> {
      demand(actor, 'member.set', input.team)
      const { user: userId, role } = input
      const view = await db.$transaction(async (tx) => {
        const team = openTeam(await lockTeam(tx, input.team))
        const row = await memberOf(tx, team.id, userId)
        const before = roleFromPortal(row.memberships, row.name)
        if (before === 'maintainer' && role !== 'maintainer') await demandAnotherMaintainer(tx, team.id, userId)
        await tx.membership.upsert({
          where: { teamId_userId_source: { teamId: team.id, userId, source: 'portal' } },
          create: { teamId: team.id, userId, role, source: 'portal' },
          update: { role },
        })
        await announce(tx, { topic: 'member', key: userId, team: team.slug })
        await recordAudit(tx, {
          actor,
          action: 'member.set',
          object: { kind: 'person', id: userId, name: row.name },
          team: team.slug,
          before: before && { role: before },
          after: { role },
        })
        return memberView(await memberOf(tx, team.id, userId))
      })
      standings.forget(userId)
      return view
    },

    async removeMember(actor: Actor, input: { team: string; user: string }): Promise<void> {
      demand(actor, 'member.remove', input.team)
      await db.$transaction(async (tx) => {
        const team = openTeam(await lockTeam(tx, input.team))
        const row = await memberOf(tx, team.id, input.user)
        if (row.memberships.length === 0) throw notFound('This membership')
        const before = roleFromPortal(row.memberships, row.name)
        if (before === 'maintainer') await demandAnotherMaintainer(tx, team.id, input.user)
        await tx.membership.deleteMany({ where: { teamId: team.id, userId: input.user, source: 'portal' } })
        await announce(tx, { topic: 'member', key: input.user, team: team.slug })
        await recordAudit(tx, {
          actor,
          action: 'member.remove',
          object: { kind: 'person', id: input.user, name: row.name },
          team: team.slug,
          before: { role: before },
        })
      })
      standings.forget(input.user)
    },
  }
}

/** The role given here, if any; one that a group gives is not ours to change. */
function roleFromPortal(memberships: { role: string; source: string }[], name: string): TeamRole | undefined {
  if (memberships.some((each) => each.source === 'group')) {
    throw failure(
      'wrong_state',
      `${name} is in the team by a group of the identity provider.`,
      'Change it there; it takes effect when they sign in next.',
    )
  }
  const own = memberships.find((each) => each.source === 'portal')
  return own && TeamRole.parse(own.role)
}

async function demandAnotherMaintainer(tx: Transaction, teamId: string, userId: string): Promise<void> {
  const others = await tx.membership.count({
    where: { teamId, role: 'maintainer', userId: { not: userId }, user: { disabledAt: null } },
  })
  if (others > 0) return
  throw failure(
    'wrong_state',
    'This is the last maintainer, and a team needs one.',
    'Make somebody else a maintainer first.',
  )
}
