/**
 * What a person is here right now: roles, teams, whether they may come in at all. Every request asks, so it is
 * remembered for a few seconds; a change is felt on every replica once that time is over, and at once on this one.
 */
import type { UserId } from '../../contracts/names.ts'
import { UserId as UserIdSchema } from '../../contracts/names.ts'
import { PlatformRole, TeamRole } from '../../contracts/people.ts'
import type { Database } from '../../database/database.ts'
import type { Clock } from '../../ports/clock.ts'
import { remembered } from '../../remembered.ts'
import { strongest } from './group-roles.ts'

export type Standing = {
  userId: UserId
  name: string
  platformRoles: readonly PlatformRole[]
  teams: ReadonlyMap<string, TeamRole>
  sessionVersion: number
  disabled: boolean
}

export type Standings = {
  of(userId: string): Promise<Standing | undefined>
  /** After a change: of one person, or of everybody. */
  forget(userId?: string): void
}

const rememberedFor = 20_000
const most = 20_000

export function createStandings(db: Database, clock: Clock): Standings {
  return remembered((userId) => load(db, userId), {
    milliseconds: rememberedFor,
    most,
    now: () => clock.now().getTime(),
  })
}

async function load(db: Database, userId: string): Promise<Standing | undefined> {
  const user = await db.user.findUnique({
    where: { id: userId },
    select: {
      id: true,
      name: true,
      platformRoles: true,
      sessionVersion: true,
      disabledAt: true,
      memberships: { select: { role: true, team: { select: { slug: true } } } },
    },
  })
  if (!user) return undefined
  const roles = Map.groupBy(user.memberships, (membership) => membership.team.slug)
  const teams = [...roles].flatMap(([slug, memberships]) => {
    const role = strongest(memberships.map((each) => TeamRole.parse(each.role)))
    return role ? ([[slug, role]] as const) : []
  })
  return {
    userId: UserIdSchema.parse(user.id),
    name: user.name,
    platformRoles: user.platformRoles.map((role) => PlatformRole.parse(role)),
    teams: new Map(teams),
    sessionVersion: user.sessionVersion,
    disabled: user.disabledAt !== null,
  }
}
