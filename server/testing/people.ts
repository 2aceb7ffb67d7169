/** People for tests, in the database and as actors, named by what they may do. */
import { randomUUID } from 'node:crypto'
import { TeamSlug, UserId } from '../contracts/names.ts'
import { Allowances, type PlatformRole, type TeamRole } from '../contracts/people.ts'
import { type Amounts, gibibyte } from '../contracts/quantity.ts'
import type { Database } from '../database/database.ts'
import type { Actor } from '../permissions/actor.ts'

type Roles = { platform?: PlatformRole[]; teams?: Record<string, TeamRole> }

export async function makePerson(
  db: Database,
  name: string,
  { platform = [], teams = {} }: Roles = {},
): Promise<Actor & { userId: UserId }> {
  const id = randomUUID()
  await db.user.create({ data: { id, issuer: 'https://id.example', subject: id, name, platformRoles: platform } })
  for (const [slug, role] of Object.entries(teams)) {
    const team = await db.team.findUniqueOrThrow({ where: { slug } })
    await db.membership.create({ data: { teamId: team.id, userId: id, role } })
  }
  return {
    kind: 'user',
    userId: UserId.parse(id),
    name,
    platformRoles: platform,
    teams: new Map(Object.entries(teams)),
    scopes: null,
    requestId: null,
  }
}

const roomy: Amounts = { cpu: 20_000, memory: 64 * gibibyte, gpu: 4, storage: 200 * gibibyte }

export async function makeTeam(db: Database, allowance: Partial<Amounts> = {}): Promise<TeamSlug> {
  const slug = TeamSlug.parse(`t${randomUUID().slice(0, 8)}`)
  const each = { ...roomy, ...allowance }
  const allowances = Allowances.parse({ dev: each, staging: each, prod: each })
  await db.team.create({ data: { slug, name: `Team ${slug}`, costCentre: 'CC-1', onCall: '#on-call', allowances } })
  return slug
}
