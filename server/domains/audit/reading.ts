/** Reading the audit log: what the reader may see, newest first, by filters and by words. */

import type { ParsedInputOf } from '../../contracts/contract.ts'
import type { AuditEntry, listAudit } from '../../contracts/platform/audit.ts'
import { Prisma } from '../../database/generated/client.ts'
import { likeText } from '../../database/like.ts'
import type { Actor } from '../../permissions/actor.ts'
import { visibleTeams } from '../../permissions/permissions.ts'
import type { Link } from './chain.ts'

export type AuditFilters = Omit<ParsedInputOf<typeof listAudit>, 'cursor' | 'limit' | 'sort'>

/** A row of the chain as the database gives it back, without its place in the chain. */
export type Row = Omit<Link, 'previous' | 'before' | 'after'> & { before: unknown; after: unknown }

const columns = Prisma.sql`"sequence", "at", "actorKind", "actorId", "actorName", "action", "objectKind", "objectId",
  "objectName", "team", "before", "after", "reason", "requestId"`

type Page = {
  /** The number of the last row that was read. */
  beyond: bigint | undefined
  oldestFirst: boolean
  limit: number
}

export function pageQuery(actor: Actor, filters: AuditFilters, { beyond, oldestFirst, limit }: Page): Prisma.Sql {
  const all = conditions(actor, filters)
  if (beyond !== undefined) {
    all.push(oldestFirst ? Prisma.sql`"sequence" > ${beyond}` : Prisma.sql`"sequence" < ${beyond}`)
  }
  return Prisma.sql`SELECT ${columns} FROM "AuditEntry" WHERE ${Prisma.join(all, ' AND ')}
    ORDER BY "sequence" ${oldestFirst ? Prisma.sql`ASC` : Prisma.sql`DESC`} LIMIT ${limit}`
}

function conditions(actor: Actor, filters: AuditFilters): Prisma.Sql[] {
  const { team, action, actor: who, q, from, to } = filters
  const visible = visibleTeams(actor)
  const all: Prisma.Sql[] = [Prisma.sql`TRUE`]
  if (team) all.push(Prisma.sql`"team" = ${team}`)
  else if (visible !== 'all') all.push(Prisma.sql`"team" = ANY(${visible})`)
  if (action)
    all.push(action.endsWith('.') ? Prisma.sql`starts_with("action", ${action})` : Prisma.sql`"action" = ${action}`)
  if (who) all.push(actedBy(who))
  if (from) all.push(Prisma.sql`"at" >= ${new Date(from)}`)
  if (to) all.push(Prisma.sql`"at" < ${new Date(to)}`)
  const words = q ? searchWords(q) : undefined
  if (words) all.push(Prisma.sql`"search" @@ to_tsquery('simple', ${words})`)
  return all
}

/** By id, or by a name: its words narrow down by the index what is then compared as text. */
function actedBy(who: string): Prisma.Sql {
  if (/^[0-9a-f-]{36}$/.test(who)) return Prisma.sql`"actorId" = ${who}`
  const words = searchWords(who)
  if (!words) return Prisma.sql`FALSE`
  return Prisma.sql`("search" @@ to_tsquery('simple', ${words}) AND "actorName" ILIKE ${`%${likeText(who)}%`})`
}

/** Every word must be there; the last, which may still be being typed, may be the beginning of one. */
function searchWords(q: string): string | undefined {
  const words = q.match(/[\p{L}\p{N}]+/gu)?.slice(0, 12)
  return words && `${words.join(' & ')}:*`
}

export function entryOf(row: Row): AuditEntry {
  return {
    sequence: Number(row.sequence),
    at: row.at.toISOString(),
    actor: {
      kind: row.actorKind === 'user' || row.actorKind === 'token' ? row.actorKind : 'system',
      id: row.actorId,
      name: row.actorName,
    },
    action: row.action,
    object: { kind: row.objectKind, id: row.objectId, name: row.objectName },
    team: row.team,
    before: row.before ?? null,
    after: row.after ?? null,
    reason: row.reason,
    requestId: row.requestId,
  }
}
