/** Writes one row of the audit log, in the transaction of what it tells about. */

import type { Transaction } from '../../database/database.ts'
import { Prisma } from '../../database/generated/client.ts'
import type { Actor } from '../../permissions/actor.ts'
import { type Json, presentable } from './canonical.ts'
import { hashOf, type Link, origin } from './chain.ts'

export type Happening = {
  actor: Actor
  /** As the permission table names it, or `sign_in` and the like for what is nobody's choice. */
  action: string
  object: { kind: string; id: string; name: string }
  team?: string | null
  before?: unknown
  after?: unknown
  reason?: string | null
}

/** Held to the end of the transaction: rows get their numbers one after another, so record last. */
const chainLock = 4021969

export async function recordAudit(tx: Transaction, happening: Happening): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${chainLock}::bigint)`
  const last = await tx.auditEntry.findFirst({ orderBy: { sequence: 'desc' }, select: { sequence: true, hash: true } })
  const { actor, object } = happening
  const link: Link = {
    sequence: (last?.sequence ?? 0n) + 1n,
    at: new Date(),
    actorKind: actor.kind,
    actorId: actor.userId,
    actorName: text(actor.name),
    action: happening.action,
    objectKind: object.kind,
    objectId: text(object.id),
    objectName: text(object.name),
    team: happening.team ?? null,
    before: presentable(happening.before),
    after: presentable(happening.after),
    reason: happening.reason ? text(happening.reason) : null,
    requestId: actor.requestId,
    previous: last?.hash ?? origin,
  }
  await tx.auditEntry.create({
    data: { ...link, before: stored(link.before), after: stored(link.after), hash: hashOf(link) },
    select: { sequence: true },
  })
}

const text = (value: string) => String(presentable(value))

const stored = (value: Json) => (value === null ? Prisma.DbNull : value)
