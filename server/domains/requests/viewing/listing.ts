/** Requests in lists: those a reader may see, and what happened to a namespace or a deployment. */
import type { OutputOf, ParsedInputOf } from '../../../contracts/contract.ts'
import { RequestId } from '../../../contracts/names.ts'
import { finalStates } from '../../../contracts/requests/life.ts'
import type { listRequests } from '../../../contracts/requests.ts'
import { pageOf } from '../../../database/cursor.ts'
import type { Database } from '../../../database/database.ts'
import type { Prisma } from '../../../database/generated/client.ts'
import { keyset, type SortField } from '../../../database/keyset.ts'
import { likeText } from '../../../database/like.ts'
import type { Actor } from '../../../permissions/actor.ts'
import { allows, demand } from '../../../permissions/permissions.ts'
import { stateOf, withApprovals } from '../lifecycle/store.ts'
import { stateLabel, summaryOf } from './view.ts'

const sortFields: Record<string, SortField> = {
  number: { path: ['number'], kind: 'integer' },
  team: { path: ['team', 'name'], kind: 'text' },
  environment: { path: ['environment'], kind: 'text' },
  state: { path: ['state'], kind: 'text' },
  requester: { path: ['requester', 'name'], kind: 'text' },
  monthlyDelta: { path: ['monthlyDelta'], kind: 'number' },
  createdAt: { path: ['createdAt'], kind: 'time' },
  updatedAt: { path: ['updatedAt'], kind: 'time' },
}

export async function pageOfRequests(
  db: Database,
  actor: Actor,
  input: ParsedInputOf<typeof listRequests>,
): Promise<OutputOf<typeof listRequests>> {
  if (input.team) demand(actor, 'request.list', input.team)
  const seesAll = allows(actor, 'request.list').allowed
  const { where, orderBy, cursorOf } = keyset(input.sort, sortFields, input.cursor)
  const rows = await db.request.findMany({
    where: {
      AND: [
        input.team
          ? { team: { slug: input.team } }
          : seesAll
            ? {}
            : { team: { slug: { in: [...actor.teams.keys()] } } },
        input.state ? { state: input.state } : {},
        input.open === undefined ? {} : { state: input.open ? { notIn: [...finalStates] } : { in: [...finalStates] } },
        input.waitingForMe ? waitingFor(actor) : {},
        input.namespace ? { namespace: input.namespace } : {},
        input.model ? { model: input.model } : {},
        input.q ? { title: { contains: likeText(input.q), mode: 'insensitive' } } : {},
        where,
      ],
    },
    include: withApprovals,
    orderBy,
    take: input.limit + 1,
  })
  return pageOf(rows, input.limit, (row) => summaryOf(row, actor), cursorOf)
}

/** What a summary's `waitingForMe` says, as a condition. An approval of a head that has moved on is void. */
function waitingFor(actor: Actor): Prisma.RequestWhereInput {
  const { userId } = actor
  if (userId === null) return { id: { in: [] } }
  const teams = [...actor.teams.keys()].filter((team) => allows(actor, 'request.approve', team).allowed)
  return {
    state: 'in_review',
    requesterId: { not: userId },
    approvals: { none: { reviewerId: userId, decision: 'approved', voidedAt: null } },
    ...(allows(actor, 'request.approve').allowed ? {} : { team: { slug: { in: teams } } }),
  }
}

export type HistoryEntry = {
  id: RequestId
  number: number
  title: string
  kind: string
  namespace: string
  model: string | null
  stateLabel: string
  open: boolean
  merged: boolean
  failure: boolean
  at: string
}

type Filter = { team: string; namespace?: string; model?: string; open?: true }

/** What happened to a namespace or a deployment, newest first. */
export async function requestHistory(db: Database, filter: Filter): Promise<HistoryEntry[]> {
  const rows = await db.request.findMany({
    where: {
      team: { slug: filter.team },
      ...(filter.namespace ? { namespace: filter.namespace } : {}),
      ...(filter.model ? { model: filter.model } : {}),
      ...(filter.open ? { state: { notIn: [...finalStates] } } : {}),
    },
    include: withApprovals,
    orderBy: { number: 'desc' },
    take: 100,
  })
  return rows.map((row) => ({
    id: RequestId.parse(row.id),
    number: row.number,
    title: row.title,
    kind: row.kind,
    namespace: row.namespace,
    model: row.model,
    stateLabel: stateLabel(row),
    open: !finalStates.includes(stateOf(row)),
    merged: row.mergedSha !== null,
    failure: row.failure !== null,
    at: row.updatedAt.toISOString(),
  }))
}
