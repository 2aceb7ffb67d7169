/** How each watch fares: when it last listed, heard an event or a bookmark, fell silent, and how late its news is. */
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { Database } from '../../database/database.ts'
import type { Log } from '../../logging/log.ts'
import type { WatchSign } from '../../ports/cluster.ts'
import type { ObservedKind } from './projections.ts'

const Facts = z.object({
  listedAt: z.string().nullable().default(null),
  eventAt: z.string().nullable().default(null),
  bookmarkAt: z.string().nullable().default(null),
  stalls: z.number().default(0),
  lists: z.number().default(0),
  objects: z.number().default(0),
  /** The longest a change took from the wire into the database, of the last thousand. */
  delayMilliseconds: z.number().nullable().default(null),
})
type Facts = z.infer<typeof Facts>

export type WatchPulse = {
  cluster: string
  kind: string
  heardAt: Date | null
  problem: string | null
  problemAt: Date | null
  facts: Facts
}

const prefix = 'watch:'
const watchName = (cluster: string, kind: string) => `${prefix}${cluster}:${kind}`
const savedEvery = 5000
const delaysKept = 1000

type Needs = { db: Database; log: Log; cluster: string; kind: ObservedKind }

/** Kept in the database now and then, and at once when it turns from well to ill or back. */
export function createPulse({ db, log, cluster, kind }: Needs) {
  const facts: Facts = Facts.parse({})
  const delays: number[] = []
  let heardAt: Date | null = null
  let problem: string | null = null
  let problemAt: Date | null = null
  let dirty = false
  let saving: Promise<void> = Promise.resolve()
  const name = watchName(cluster, kind)

  const save = () => {
    dirty = false
    const percentile = [...delays].sort((one, other) => one - other)[Math.ceil(delays.length * 0.99) - 1]
    const row = {
      lastSuccess: heardAt,
      lastError: problem,
      errorAt: problemAt,
      facts: { ...facts, delayMilliseconds: percentile === undefined ? null : Math.round(percentile) },
    }
    // What was known of it before this process stays until it has heard something itself.
    const update = heardAt === null ? { lastError: problem, errorAt: problemAt } : row
    saving = saving
      .then(() => db.integrationStatus.upsert({ where: { name }, create: { name, ...row }, update }))
      .then(
        () => undefined,
        (error: unknown) => {
          dirty = true
          log.warn({ err: error, watch: name }, 'how a watch fares could not be kept')
        },
      )
    return saving
  }

  return {
    sign(sign: WatchSign): void {
      const now = new Date()
      const at = now.toISOString()
      if (sign === 'stalled') facts.stalls += 1
      else heardAt = now
      if (sign === 'listed') {
        facts.listedAt = at
        facts.lists += 1
      } else if (sign === 'event') facts.eventAt = at
      else if (sign === 'bookmark') facts.bookmarkAt = at
      dirty = true
    },
    well(objects: number): void {
      facts.objects = objects
      const wasIll = problem !== null
      problem = null
      dirty = true
      if (wasIll || facts.lists <= 1) void save()
    },
    ill(message: string): void {
      const isNew = problem !== message
      problem = message
      problemAt = new Date()
      dirty = true
      if (isNew) void save()
    },
    written(taken: readonly number[]): void {
      delays.push(...taken)
      delays.splice(0, delays.length - delaysKept)
    },
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await wait(savedEvery, undefined, { signal }).catch(() => undefined) // ends early when stopping
        if (dirty) await save()
      }
      await saving
    },
  }
}

export async function readPulses(db: Database, kind?: ObservedKind): Promise<WatchPulse[]> {
  const end = kind === undefined ? {} : { endsWith: `:${kind}` }
  const rows = await db.integrationStatus.findMany({
    where: { name: { startsWith: prefix, ...end } },
    orderBy: { name: 'asc' },
  })
  return rows.map(({ name, lastSuccess, lastError, errorAt, facts }) => {
    const cut = name.lastIndexOf(':')
    return {
      cluster: name.slice(prefix.length, cut),
      kind: name.slice(cut + 1),
      heardAt: lastSuccess,
      problem: lastError,
      problemAt: errorAt,
      facts: Facts.safeParse(facts).data ?? Facts.parse({}),
    }
  })
}
