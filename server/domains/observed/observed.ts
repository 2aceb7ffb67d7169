/**
 * What the clusters hold, as last seen: one watch per kind for all readers, projected to the few fields that pages
 * show, kept in the database so that every replica and every restart has it. Each row says how old it is.
 */
import { z } from 'zod'
import type { Database } from '../../database/database.ts'
import type { Log } from '../../logging/log.ts'
import type { Cluster, WatchEvent } from '../../ports/cluster.ts'
import type { Clusters } from '../../ports/clusters.ts'
import { announce } from '../live/live.ts'
import { type Observed, type ObservedKind, observedKinds } from './projections.ts'

export { ObservedApplication, ObservedModel, ObservedNamespace, ObservedQuota } from './projections.ts'

type Needs = {
  db: Database
  clusters: Clusters
  log: Log
  onChange: (change: { kind: ObservedKind; namespace: string; name: string }) => void
}

export const watchName = (cluster: string, kind: ObservedKind) => `watch:${cluster}:${kind}`

/** Runs until aborted: for the one worker that leads. */
export async function observeClusters({ db, clusters, log, onChange }: Needs, signal: AbortSignal): Promise<void> {
  const watches = clusters.all.flatMap((cluster) =>
    Object.keys(observedKinds).map((kind) => observe(cluster, ObservedKindName.parse(kind))),
  )
  await Promise.all(watches)

  function observe(cluster: Cluster, kind: ObservedKind): Promise<void> {
    const { ref, project, topic, labelSelector } = observedKinds[kind]
    // One after another: what a page sees never goes back in time.
    let queue: Promise<void> = Promise.resolve()
    const inOrder = (write: () => Promise<void>) => {
      queue = queue
        .then(write)
        .catch((error: unknown) => log.error({ err: error, kind }, 'could not store what was observed'))
    }
    const told = (item: Observed) => {
      onChange({ kind, namespace: item.namespace, name: item.name })
    }
    const key = (item: Observed) => ({ cluster: cluster.name, kind, namespace: item.namespace, name: item.name })

    const store = async (item: Observed) => {
      const data = { team: item.team, data: Object(item.data), observedAt: new Date() }
      await db.$transaction(async (tx) => {
        await tx.observation.upsert({
          where: { cluster_kind_namespace_name: key(item) },
          create: { ...key(item), ...data },
          update: data,
        })
        await announce(tx, { topic, key: `${item.namespace}/${item.name}`, team: item.team })
      })
      told(item)
    }

    const replaceAll = async (items: Observed[]) => {
      const now = new Date()
      const known = await db.observation.findMany({ where: { cluster: cluster.name, kind } })
      const seen = new Map(items.map((item) => [`${item.namespace}/${item.name}`, item]))
      const before = new Map(known.map((row) => [`${row.namespace}/${row.name}`, JSON.stringify(row.data)]))
      for (const [name, item] of seen) {
        if (before.get(name) !== JSON.stringify(item.data)) await store(item)
      }
      const gone = known.filter((row) => !seen.has(`${row.namespace}/${row.name}`))
      for (const row of gone) await remove({ namespace: row.namespace, name: row.name, team: row.team, data: null })
      await db.observation.updateMany({ where: { cluster: cluster.name, kind }, data: { observedAt: now } })
    }

    const remove = async (item: Observed) => {
      await db.$transaction(async (tx) => {
        await tx.observation.deleteMany({ where: key(item) })
        await announce(tx, { topic, key: `${item.namespace}/${item.name}`, team: item.team })
      })
      told(item)
    }

    const status = async (problem: string | null) => {
      const name = watchName(cluster.name, kind)
      const now = new Date()
      const change = problem === null ? { lastSuccess: now, lastError: null } : { lastError: problem, errorAt: now }
      await db.integrationStatus.upsert({ where: { name }, create: { name, ...change }, update: change })
    }

    const onEvent = (event: WatchEvent<Observed>) => {
      switch (event.type) {
        case 'synced':
          return inOrder(async () => {
            await replaceAll(event.items)
            await status(null)
          })
        case 'changed':
          return inOrder(() => store(event.item))
        case 'deleted':
          return inOrder(() => remove(event.item))
        case 'problem':
          log.warn({ cluster: cluster.name, kind, problem: event.message }, 'a watch does not reach its cluster')
          return inOrder(() => status(event.message))
      }
    }
    return cluster.watch(ref, { project, onEvent, signal, ...(labelSelector ? { labelSelector } : {}) })
  }
}

const ObservedKindName = z.enum(['namespace', 'quota', 'model', 'application'])

export type Seen<Data> = { namespace: string; name: string; team: string | null; observedAt: Date; data: Data }

/** Rows of one kind, parsed back into what was projected. */
export async function observedOf<Schema extends z.ZodType>(
  db: Database,
  kind: ObservedKind,
  schema: Schema,
  where: { namespace?: string; name?: string; team?: string } = {},
): Promise<Seen<z.output<Schema>>[]> {
  const rows = await db.observation.findMany({
    where: { kind, ...where },
    orderBy: [{ namespace: 'asc' }, { name: 'asc' }],
  })
  return rows.flatMap((row) => {
    const parsed = schema.safeParse(row.data)
    return parsed.success
      ? [{ namespace: row.namespace, name: row.name, team: row.team, observedAt: row.observedAt, data: parsed.data }]
      : []
  })
}

/** Why what is shown of a kind may be old, or null while its watches are well. */
export async function watchProblem(db: Database, kind: ObservedKind): Promise<string | null> {
  const rows = await db.integrationStatus.findMany({
    where: { name: { startsWith: 'watch:', endsWith: `:${kind}` }, lastError: { not: null } },
  })
  return rows[0]?.lastError ?? null
}
