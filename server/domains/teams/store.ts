/** Team rows, locked for as long as a change of the team takes. */

import type { Transaction } from '../../database/database.ts'
import type { Team } from '../../database/generated/client.ts'
import { failure, notFound } from '../../errors.ts'

export async function lockTeam(tx: Transaction, slug: string): Promise<Team> {
  await tx.$queryRaw`SELECT "id" FROM "Team" WHERE "slug" = ${slug} FOR UPDATE`
  const team = await tx.team.findUnique({ where: { slug } })
  if (!team) throw notFound(`Team ${slug}`)
  return team
}

export function openTeam<Archivable extends Pick<Team, 'slug' | 'archivedAt'>>(team: Archivable): Archivable {
  if (team.archivedAt === null) return team
  throw failure('wrong_state', `Team ${team.slug} is archived.`, 'Nothing in it can be changed any more.')
}

export function demandVersion(team: Team, version: number): void {
  if (team.version === version) return
  throw failure(
    'stale_version',
    'Somebody else has changed the team since you read it.',
    'Look at what it is now, then make your change again.',
  )
}
