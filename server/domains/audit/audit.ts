/**
 * The audit log: who did what, on which object, when and why. A row is written in the transaction of what it tells
 * about; rows are read a page at a time, exported as a stream, and checked against their chain.
 */

import { z } from 'zod'
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import type { listAudit } from '../../contracts/platform/audit.ts'
import { decodeCursor, pageOf } from '../../database/cursor.ts'
import type { Database, Transaction } from '../../database/database.ts'
import { Prisma } from '../../database/generated/client.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import { announce } from '../live/live.ts'
import { type Json, presentable } from './canonical.ts'
import { hashOf, type Link, origin } from './chain.ts'
import { type ExportFormat, header, line } from './export.ts'
import { type AuditFilters, entryOf, pageQuery, type Row } from './reading.ts'
import { verifyChain } from './verify.ts'

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
  await announce(tx, { topic: 'audit', key: happening.action, team: happening.team ?? null })
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

export type Audit = ReturnType<typeof createAudit>

const exportBatch = 1000

export function createAudit({ db }: { db: Database }) {
  function demandReader(actor: Actor, filters: AuditFilters): void {
    if (filters.team) demand(actor, 'audit.read', filters.team)
  }
  return {
    async list(actor: Actor, input: ParsedInputOf<typeof listAudit>): Promise<OutputOf<typeof listAudit>> {
      const { cursor, limit, sort, ...filters } = input
      demandReader(actor, filters)
      const Cursor = z.tuple([z.literal(sort), z.int().min(0)])
      const beyond = cursor ? BigInt(decodeCursor(cursor, Cursor)[1]) : undefined
      const found = await db.$queryRaw<Row[]>(
        pageQuery(actor, filters, { beyond, oldestFirst: sort === 'at', limit: limit + 1 }),
      )
      return pageOf(found, limit, entryOf, (row) => [sort, Number(row.sequence)])
    },

    /** The export as text, piece by piece. */
    async *export(actor: Actor, filters: AuditFilters, format: ExportFormat): AsyncGenerator<string> {
      demandReader(actor, filters)
      let text = header(format)
      let beyond: bigint | undefined
      for (;;) {
        const found = await db.$queryRaw<Row[]>(
          pageQuery(actor, filters, { beyond, oldestFirst: false, limit: exportBatch }),
        )
        yield text + found.map((row) => line(format, entryOf(row))).join('')
        if (found.length < exportBatch) return
        text = ''
        beyond = found.at(-1)?.sequence
      }
    },

    verify: (mustHave?: string) => verifyChain(db, mustHave),
  }
}
