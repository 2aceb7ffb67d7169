/** What has been observed, read back: with its age, and with what keeps it from being newer. */
import type { z } from 'zod'
import type { Database } from '../../database/database.ts'
import type { ObservedKind } from './projections.ts'
import { readPulses, type WatchPulse } from './pulse.ts'

export type Seen<Data> = {
  cluster: string
  namespace: string
  name: string
  team: string | null
  /** When it was last known to be so: its watch tells of every change, so it is as new as that was last heard. */
  observedAt: Date
  data: Data
}

/** Rows of one kind, parsed back into what was projected. */
export async function observedOf<Schema extends z.ZodType>(
  db: Database,
  kind: ObservedKind,
  schema: Schema,
  where: { namespace?: string; name?: string; team?: string } = {},
): Promise<Seen<z.output<Schema>>[]> {
  const [rows, pulses] = await Promise.all([
    db.observation.findMany({ where: { kind, ...where }, orderBy: [{ namespace: 'asc' }, { name: 'asc' }] }),
    readPulses(db, kind),
  ])
  const heard = new Map(pulses.map((pulse) => [pulse.cluster, pulse.problem === null ? pulse.heardAt : null]))
  return rows.flatMap((row) => {
    const parsed = schema.safeParse(row.data)
    if (!parsed.success) return []
    const { cluster, namespace, name, team } = row
    const alive = heard.get(cluster)
    const observedAt = alive && alive > row.observedAt ? alive : row.observedAt
    return [{ cluster, namespace, name, team, observedAt, data: parsed.data }]
  })
}

/** Why what is shown of a kind may be old, or null while its watches are well: of one cluster, or of any. */
export async function watchProblems(db: Database, kind: ObservedKind): Promise<(cluster?: string) => string | null> {
  const pulses = await readPulses(db, kind)
  return (cluster) => {
    const concerned = pulses.filter((pulse) => cluster === undefined || pulse.cluster === cluster)
    return concerned.map(problemOf).find((each) => each !== null) ?? null
  }
}

export const watchProblem = async (db: Database, kind: ObservedKind, cluster?: string): Promise<string | null> =>
  (await watchProblems(db, kind))(cluster)

/** Longer than bookmarks take, and than a worker takes to hand over to another. */
const quietAtMost = 180_000

function problemOf({ problem, heardAt }: WatchPulse): string | null {
  if (problem !== null) return problem
  if (heardAt === null || Date.now() - heardAt.getTime() <= quietAtMost) return null
  return 'Nothing has been heard of the cluster lately: the worker may be down.'
}
