/**
 * Writes what one watch sees. Whatever comes while a write is under way is written together afterwards, the newest of
 * each object only; what has not changed in what we keep of it is not written at all. Until it is written it is kept.
 */
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Database, Transaction } from '../../database/database.ts'
import { databaseTrouble } from '../../database/trouble.ts'
import type { Log } from '../../logging/log.ts'
import { announceAll, type Topic } from '../live/live.ts'
import type { Observed, ObservedKind } from './projections.ts'

export type Place = { namespace: string; name: string }

type Change = Place & { team: string | null; text: string | null; seenAt: number }

type Needs = {
  db: Database
  log: Log
  cluster: string
  kind: ObservedKind
  topic: Topic
  signal: AbortSignal
  onWritten: (places: readonly Place[], delays: readonly number[]) => void
}

const mostAtOnce = 500
const longestText = 4096

export function createKeeper({ db, log, cluster, kind, topic, signal, onWritten }: Needs) {
  /** What the database holds of each object, as a fingerprint. */
  const held = new Map<string, string>()
  const pending = new Map<string, Change>()
  let loaded = false
  /** What there is, as long as it is not known yet what the database holds. */
  let first: Map<string, Observed> | undefined
  let wake = Promise.withResolvers<void>()

  const enqueue = (key: string, change: Change) => {
    const before = pending.get(key)
    pending.set(key, before ? { ...change, seenAt: before.seenAt } : change)
    wake.resolve()
  }

  function put(item: Observed): void {
    if (first) return void first.set(keyOf(item), item)
    if (item.data === null) return
    const text = textOf(item.data)
    const key = keyOf(item)
    if (held.get(key) === fingerprint(item.team, text) && !pending.has(key)) return
    enqueue(key, { namespace: item.namespace, name: item.name, team: item.team, text, seenAt: performance.now() })
  }

  function remove({ namespace, name }: Place): void {
    if (first) return void first.delete(keyOf({ namespace, name }))
    enqueue(keyOf({ namespace, name }), { namespace, name, team: null, text: null, seenAt: performance.now() })
  }

  /** All there is: what is known and not among it is gone. */
  function replace(items: readonly Observed[]): void {
    if (!loaded) {
      first = new Map(items.map((item) => [keyOf(item), item]))
      wake.resolve()
      return
    }
    const there = new Set(items.map(keyOf))
    for (const item of items) put(item)
    // Also what waits to be written, or is being written now.
    for (const key of [...held.keys(), ...pending.keys()]) if (!there.has(key)) remove(placeOf(key))
  }

  async function load(): Promise<void> {
    held.clear()
    let after: Place | undefined
    for (;;) {
      const rows = await db.observation.findMany({
        where: { cluster, kind },
        orderBy: [{ namespace: 'asc' }, { name: 'asc' }],
        take: 1000,
        ...(after ? { skip: 1, cursor: { cluster_kind_namespace_name: { cluster, kind, ...after } } } : {}),
      })
      for (const row of rows) held.set(keyOf(row), fingerprint(row.team, textOf(Object(row.data))))
      const last = rows.at(-1)
      if (!last || rows.length < 1000) break
      after = { namespace: last.namespace, name: last.name }
    }
    loaded = true
    const items = [...(first?.values() ?? [])]
    const wasListed = first !== undefined
    first = undefined
    if (wasListed) replace(items)
  }

  async function write(changes: readonly Change[]): Promise<void> {
    await db.$transaction(async (tx) => {
      await store(tx, changes)
      const touched = new Map<string, { key: string; team: string | null }>()
      for (const { namespace, name, team } of changes) {
        const group = `${team}/${namespace}`
        touched.set(group, { key: touched.has(group) ? namespace : `${namespace}/${name}`, team })
      }
      await announceAll(
        tx,
        [...touched.values()].map((each) => ({ topic, ...each })),
      )
    })
    const now = performance.now()
    for (const change of changes) {
      const key = keyOf(change)
      if (change.text === null) held.delete(key)
      else held.set(key, fingerprint(change.team, change.text))
      if (pending.get(key) === change) pending.delete(key)
    }
    onWritten(
      changes,
      changes.map((change) => now - change.seenAt),
    )
  }

  async function store(tx: Transaction, changes: readonly Change[]): Promise<void> {
    const there = changes.filter((change) => change.text !== null)
    if (there.length > 0) {
      // The data is text already; put together here it is read once, by PostgreSQL.
      const rows = there.map(({ namespace, name, team, text }) => {
        const place = JSON.stringify({ namespace, name, team })
        return `${place.slice(0, -1)},"data":${text}}`
      })
      await tx.$executeRaw`
        INSERT INTO "Observation" ("cluster", "kind", "namespace", "name", "team", "data", "observedAt")
        SELECT ${cluster}, ${kind}, row."namespace", row."name", row."team", row."data", now()
        FROM jsonb_to_recordset(${`[${rows.join(',')}]`}::jsonb)
          AS row("namespace" text, "name" text, "team" text, "data" jsonb)
        ON CONFLICT ("cluster", "kind", "namespace", "name") DO UPDATE
        SET "team" = excluded."team", "data" = excluded."data", "observedAt" = excluded."observedAt"`
    }
    const gone = changes.filter((change) => change.text === null).map(({ namespace, name }) => ({ namespace, name }))
    if (gone.length > 0) {
      // Whose it was tells who is to hear that it is gone.
      const rows = await tx.$queryRaw<{ namespace: string; name: string; team: string | null }[]>`
        DELETE FROM "Observation" AS seen
        USING jsonb_to_recordset(${JSON.stringify(gone)}::jsonb) AS row("namespace" text, "name" text)
        WHERE seen."cluster" = ${cluster} AND seen."kind" = ${kind}
          AND seen."namespace" = row."namespace" AND seen."name" = row."name"
        RETURNING seen."namespace", seen."name", seen."team"`
      const teams = new Map(rows.map((row) => [keyOf(row), row.team]))
      for (const change of changes) change.team ??= teams.get(keyOf(change)) ?? null
    }
  }

  /** What the database refuses for its own sake must not hold back the rest for ever. */
  async function writeOneByOne(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      try {
        await write([change])
      } catch (error) {
        if (databaseTrouble(error) !== undefined) throw error
        log.error({ err: error, cluster, kind, name: change.name }, 'what was observed of an object cannot be stored')
        if (pending.get(keyOf(change)) === change) pending.delete(keyOf(change))
      }
    }
  }

  async function flush(): Promise<void> {
    if (!loaded) await load()
    while (pending.size > 0 && !signal.aborted) {
      const changes = [...pending.values()].slice(0, mostAtOnce)
      try {
        await write(changes)
      } catch (error) {
        if (databaseTrouble(error) !== undefined) throw error
        await writeOneByOne(changes)
      }
    }
  }

  return {
    put,
    remove,
    replace,
    /** Writes whatever comes until the signal ends. */
    async run(): Promise<void> {
      signal.addEventListener('abort', () => wake.resolve(), { once: true })
      while (!signal.aborted) {
        await wake.promise
        wake = Promise.withResolvers()
        if (signal.aborted) return
        try {
          await flush()
        } catch (error) {
          log.warn({ err: error, cluster, kind }, 'what was observed cannot be stored for now')
          await wait(500, undefined, { signal }).catch(() => undefined) // ends early when stopping
          wake.resolve()
        }
      }
    },
  }
}

const separator = '\u0000'
const keyOf = ({ namespace, name }: Place) => `${namespace}${separator}${name}`
const placeOf = (key: string): Place => {
  const [namespace = '', name = ''] = key.split(separator)
  return { namespace, name }
}

const textOf = (data: object) => JSON.stringify(data, clean)

/** With the keys in order, so that it is the same as what the database gives back; without what it cannot hold. */
function clean(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return cut(value.toWellFormed().replaceAll(separator, ''))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}

const cut = (text: string) => (text.length > longestText ? `${text.slice(0, longestText)}…` : text)

const fingerprint = (team: string | null, text: string) => createHash('sha1').update(`${team} ${text}`).digest('base64')
