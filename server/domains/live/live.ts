/**
 * Live pages: a service announces what it has changed, in the transaction of the change; every process hears of it
 * over one connection and tells the clients that may know. A client that was away says where it stopped and is told
 * what it missed, or to ask for everything again when that is too long ago.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Database, Transaction } from '../../database/database.ts'
import { failure } from '../../errors.ts'
import type { Log } from '../../logging/log.ts'
import type { Actor } from '../../permissions/actor.ts'
import { type Listener, listen } from './listener.ts'
import { channel, type LiveNotice } from './notice.ts'
import { createSubscribers, heartbeat, resetEvent, type Subscriber } from './subscribers.ts'

export { announceAll } from './announcing.ts'

export const topics = [
  'request',
  'namespace',
  'deployment',
  'model',
  'team',
  'member',
  'token',
  'alert',
  'silence',
  'audit',
  'integration',
  'policy',
] as const
export type Topic = (typeof topics)[number]

export type Announcement = {
  /** The name of a resource: clients refresh their queries by it. */
  topic: Topic
  /** Which one: an id or a name. */
  key: string
  /** Whose it is; null for what everyone who is signed in may know. */
  team: string | null
}

/** A row, so that a client that was away can catch up, and a notification that arrives when the transaction commits. */
export async function announce(tx: Transaction, { topic, key, team }: Announcement): Promise<void> {
  const { id } = await tx.liveEvent.create({ data: { topic, key, team }, select: { id: true } })
  const payload = JSON.stringify({ id: id.toString(), topic, key, team })
  await tx.$executeRaw`SELECT pg_notify(${channel}, ${payload})`
}

type Needs = {
  db: Database
  databaseUrl: string
  log: Log
  heartbeatMilliseconds?: number
  /** On this process: a browser has one for each tab. */
  streamsForEach: number
}

type Follow = {
  actor: Actor
  lastEventId: string | null
  signal: AbortSignal
  /** Asked at every heartbeat: the actor as of now, or undefined when they are no longer let in. */
  renew: () => Promise<Actor | undefined>
}

export type Live = ReturnType<typeof createLive>

/** Numbers are given before the commit, so a lower one may appear after a higher one: look back this far. */
const overlap = 10_000
const patience = 3000
const keptMilliseconds = 60 * 60_000
const mostMissed = 500
const mostUnread = 256 * 1024

export function createLive({ db, databaseUrl, log, heartbeatMilliseconds = 15_000, streamsForEach }: Needs) {
  const subscribers = createSubscribers()
  let listener: Listener | undefined
  let newest = 0n

  const onNotice = (notice: LiveNotice) => {
    const id = BigInt(notice.id)
    if (id > newest) newest = id
    subscribers.tell(notice)
  }

  async function ensureListener(): Promise<void> {
    listener ??= listen({ url: databaseUrl, log, onNotice, onListening })
    const late = wait(patience, 'late' as const, { ref: false })
    if ((await Promise.race([listener.ready, late])) !== 'late') return
    throw failure('database_unavailable', 'The database does not answer.', 'Try again in a few seconds.', {
      retryAfterSeconds: 2,
    })
  }

  /** The connection is there, perhaps again: what was announced without it is told now. */
  async function onListening(): Promise<void> {
    const last = await db.liveEvent.findFirst({ orderBy: { id: 'desc' }, select: { id: true } })
    const missed = newest > 0n && last ? await since(newest) : []
    if (missed) for (const notice of missed) onNotice(notice)
    else for (const subscriber of subscribers.all) subscriber.send(resetEvent)
    if (last && last.id > newest) newest = last.id
  }

  /** What was announced after this one, or undefined when that can no longer be told. */
  async function since(id: bigint): Promise<LiveNotice[] | undefined> {
    const stood = await db.liveEvent.findUnique({ where: { id }, select: { at: true } })
    if (!stood) return undefined
    const rows = await db.liveEvent.findMany({
      where: { OR: [{ id: { gt: id } }, { id: { lt: id }, at: { gte: new Date(stood.at.getTime() - overlap) } }] },
      orderBy: { id: 'asc' },
      take: mostMissed + 1,
    })
    if (rows.length > mostMissed) return undefined
    return rows.map((row) => ({ id: row.id.toString(), topic: row.topic, key: row.key, team: row.team }))
  }

  function demandRoom(actor: Actor): void {
    if (subscribers.countOf(actor) < streamsForEach) return
    throw failure(
      'rate_limited',
      `You have ${streamsForEach} live pages or event streams open already, which is as many as one may have.`,
      'Close some of them; pages that are not live show what is new when they are reloaded.',
      { retryAfterSeconds: 30 },
    )
  }

  async function catchUp(subscriber: Subscriber, lastEventId: string): Promise<void> {
    const missed = /^\d{1,18}$/.test(lastEventId) ? await since(BigInt(lastEventId)) : undefined
    if (missed) subscribers.tellOne(subscriber, missed)
    else subscriber.send(resetEvent)
  }

  return {
    /** The body of an event stream for one client. */
    async follow({ actor, lastEventId, signal, renew }: Follow): Promise<ReadableStream<Uint8Array>> {
      demandRoom(actor)
      await ensureListener()
      const encoder = new TextEncoder()
      let stop: () => void = () => undefined
      return new ReadableStream<Uint8Array>(
        {
          async start(controller) {
            let open = true
            const subscriber: Subscriber = {
              actor,
              send(text) {
                if (!open) return
                controller.enqueue(encoder.encode(text))
                if ((controller.desiredSize ?? 0) < -mostUnread) subscriber.close()
              },
              close() {
                if (open) controller.close()
                stop()
              },
            }
            const beat = setInterval(async () => {
              const now = await renew().catch(() => subscriber.actor) // the database is away: as before, for now
              if (!now) return subscriber.close()
              subscriber.actor = now
              subscriber.send(heartbeat)
            }, heartbeatMilliseconds)
            stop = () => {
              open = false
              clearInterval(beat)
              subscribers.all.delete(subscriber)
              signal.removeEventListener('abort', subscriber.close)
            }
            signal.addEventListener('abort', subscriber.close, { once: true })
            subscribers.all.add(subscriber)
            subscriber.send('retry: 2000\n\n')
            if (lastEventId !== null) {
              await catchUp(subscriber, lastEventId).catch((error: unknown) => {
                log.warn({ err: error }, 'A client of live updates could not be told what it missed')
                subscriber.close() // it comes back in a moment, and asks again
              })
            }
            if (signal.aborted) subscriber.close()
          },
          cancel: () => stop(),
        },
        new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
      )
    },

    followers: () => subscribers.all.size,

    /** Housekeeping, for the worker: what nobody can resume from any more. */
    async forgetOld(now: Date): Promise<number> {
      const { count } = await db.liveEvent.deleteMany({
        where: { at: { lt: new Date(now.getTime() - keptMilliseconds) } },
      })
      return count
    },

    async stop(): Promise<void> {
      for (const subscriber of subscribers.all) subscriber.close()
      await listener?.stop()
    },
  }
}
