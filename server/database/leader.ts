/** Leadership by an advisory lock that PostgreSQL gives back by itself when the holder dies. */
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../logging/log.ts'
import { keptAlive } from './database.ts'

const retryMilliseconds = 2_000

/** Runs `work` while this process holds the lock; a lost connection ends the work, and the race begins anew. */
export async function lead(
  url: string,
  name: string,
  stop: AbortSignal,
  log: Log,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  while (!stop.aborted) {
    const client = new pg.Client({
      connectionString: url,
      application_name: `modelyard-leader-${name}`,
      ...keptAlive,
      connectionTimeoutMillis: 3_000,
    })
    const lost = new AbortController()
    client.on('error', () => lost.abort())
    client.on('end', () => lost.abort())
    try {
      await client.connect()
      const { rows } = await client.query<{ held: boolean }>(
        'SELECT pg_try_advisory_lock(hashtextextended($1, 1)) AS held',
        [`leader:${name}`],
      )
      if (rows[0]?.held) {
        log.info({ role: name }, 'leading')
        await work(AbortSignal.any([stop, lost.signal]))
      }
    } catch (error) {
      if (!stop.aborted) log.warn({ err: error, role: name }, 'lost the lead')
    } finally {
      await client.end().catch(() => undefined) // The connection may be gone already.
    }
    await wait(retryMilliseconds, undefined, { signal: stop }).catch(() => undefined) // ends early when stopping
  }
}
