/** Requests as other pages list them: what happened to a namespace or a deployment, newest first. */
import { RequestId } from '../../../contracts/names.ts'
import { finalStates } from '../../../contracts/requests/life.ts'
import type { Database } from '../../../database/database.ts'
import { stateOf, withEverything } from '../lifecycle/store.ts'
import { stateLabel } from './view.ts'

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

export async function requestHistory(db: Database, filter: Filter): Promise<HistoryEntry[]> {
  const rows = await db.request.findMany({
    where: {
      team: { slug: filter.team },
      ...(filter.namespace ? { namespace: filter.namespace } : {}),
      ...(filter.model ? { model: filter.model } : {}),
      ...(filter.open ? { state: { notIn: [...finalStates] } } : {}),
    },
    include: withEverything,
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
