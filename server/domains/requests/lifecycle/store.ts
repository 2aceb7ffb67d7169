/** Requests in the database. Every change of state is one transaction: row, transition, audit, live event, job. */

import { RequestId } from '../../../contracts/names.ts'
import { finalStates, type RequestEvent, RequestState } from '../../../contracts/requests/life.ts'
import type { Database, Transaction } from '../../../database/database.ts'
import { Prisma } from '../../../database/generated/client.ts'
import { failure, notFound } from '../../../errors.ts'
import type { Actor } from '../../../permissions/actor.ts'
import { recordAudit } from '../../audit/audit.ts'
import { announce } from '../../live/live.ts'
import { blockageOf } from './blockage.ts'
import { stepOf } from './machine.ts'

/** As much as a list needs: one that was long disputed has a long history. */
export const withApprovals = {
  team: true,
  requester: true,
  approvals: { include: { reviewer: true }, orderBy: { at: 'asc' } },
} as const

const withEverything = {
  ...withApprovals,
  transitions: { orderBy: { id: 'asc' } },
  hostReviews: { orderBy: { at: 'asc' } },
} as const

export async function loadRequest(db: Database | Transaction, id: RequestId) {
  const row = await db.request.findUnique({ where: { id }, include: withEverything })
  if (!row) throw notFound('This request')
  return row
}
export type RequestRow = Awaited<ReturnType<typeof loadRequest>>
export type ListedRow = Omit<RequestRow, 'transitions' | 'hostReviews'>

/** Takes the row's lock, so that two workers or two people cannot both move it. */
export async function lockRequest(tx: Transaction, id: RequestId): Promise<RequestRow> {
  await tx.$queryRaw`SELECT 1 FROM "Request" WHERE "id" = ${id}::uuid FOR UPDATE`
  return loadRequest(tx, id)
}

export const stateOf = (row: { state: string }): RequestState => RequestState.parse(row.state)

export type Move = {
  actor: Actor
  detail?: string
  data?: object
  /** Columns that change with the state. */
  patch?: {
    pullNumber?: number
    pullUrl?: string
    headSha?: string
    mergedSha?: string
    failure?: { message: string; remedy: string; blocks?: boolean } | null
    /** The request no longer holds anything of the allowance: it is spent or given back. */
    releaseAmounts?: boolean
  }
}

/** Moves a locked request along the machine, or refuses with the reason. */
export async function move(
  tx: Transaction,
  row: RequestRow,
  event: RequestEvent,
  { actor, detail, data, patch = {} }: Move,
): Promise<RequestRow> {
  const from = stateOf(row)
  const step = stepOf(from, event)
  if (!step) {
    throw failure(
      'wrong_state',
      `This request is ${wordsOf[from]}, so this can no longer be done.`,
      'Reload the request to see where it stands.',
    )
  }
  const ends = finalStates.includes(step.to)
  const { failure: reason, releaseAmounts, ...columns } = patch
  // A step forward clears what stood in the way; what must be put right on the branch stands until its head is judged.
  const stillBlocks = reason === undefined && !ends && patch.headSha === undefined && blockageOf(row)
  await tx.request.update({
    where: { id: row.id },
    data: {
      ...columns,
      state: step.to,
      version: { increment: 1 },
      ...(ends ? { openTarget: null } : {}),
      ...(ends || releaseAmounts ? { cpu: 0n, memory: 0n, gpu: 0, storage: 0n } : {}),
      failure: reason ?? (stillBlocks || Prisma.DbNull),
    },
  })
  await tx.requestTransition.create({
    data: {
      requestId: row.id,
      event,
      from,
      to: step.to,
      actorId: actor.userId,
      actorName: actor.name,
      detail: detail ?? null,
      ...(data ? { data } : {}),
    },
  })
  await recordAudit(tx, {
    actor,
    action: `request.${event}`,
    object: { kind: 'request', id: row.id, name: `#${row.number}` },
    team: row.team.slug,
    before: { state: from },
    after: { state: step.to, ...data },
    reason: detail,
  })
  await announceRequest(tx, row)
  return loadRequest(tx, RequestId.parse(row.id))
}

export async function announceRequest(tx: Transaction, row: { id: string; namespace: string; team: { slug: string } }) {
  await announce(tx, { topic: 'request', key: row.id, team: row.team.slug })
}

const wordsOf: Record<RequestState, string> = {
  opening: 'being opened',
  in_review: 'in review',
  changes_requested: 'waiting for changes',
  approved: 'approved',
  merging: 'being merged',
  syncing: 'merged and being applied',
  done: 'done',
  rejected: 'rejected',
  cancelled: 'withdrawn',
  failed: 'failed',
}
