/** Memberships that come from identity groups: kept as the groups say, apart from those that maintainers manage. */
import type { TeamRole } from '../../contracts/people.ts'
import type { Transaction } from '../../database/database.ts'
import { type GroupRoles, mapGroups } from './group-roles.ts'

/** Makes a person's mapped memberships exactly these; returns the slugs of the teams where something changed. */
export async function applyMappedTeams(
  tx: Transaction,
  userId: string,
  wanted: ReadonlyMap<string, TeamRole>,
): Promise<string[]> {
  const teams = await tx.team.findMany({
    where: { slug: { in: [...wanted.keys()] } },
    select: { id: true, slug: true },
  })
  const now = await tx.membership.findMany({
    where: { userId, source: 'group' },
    select: { teamId: true, role: true, team: { select: { slug: true } } },
  })
  const changed: string[] = []
  for (const { teamId, team } of now.filter((each) => !wanted.has(each.team.slug))) {
    await tx.membership.deleteMany({ where: { teamId, userId, source: 'group' } })
    changed.push(team.slug)
  }
  for (const { id: teamId, slug } of teams) {
    const role = wanted.get(slug)
    if (!role || now.some((each) => each.teamId === teamId && each.role === role)) continue
    await tx.membership.upsert({
      where: { teamId_userId_source: { teamId, userId, source: 'group' } },
      create: { teamId, userId, role, source: 'group' },
      update: { role },
    })
    changed.push(slug)
  }
  return changed
}

/** For a team that has just been made: those whose groups meant it before it was there. */
export async function addMappedMembers(
  tx: Transaction,
  mapping: GroupRoles,
  team: { id: string; slug: string },
): Promise<void> {
  const users = await tx.user.findMany({ where: { groups: { isEmpty: false } }, select: { id: true, groups: true } })
  const data = users.flatMap((user) => {
    const role = mapGroups(mapping, user.groups).teams.get(team.slug)
    return role ? [{ teamId: team.id, userId: user.id, role, source: 'group' }] : []
  })
  if (data.length > 0) await tx.membership.createMany({ data, skipDuplicates: true })
}
