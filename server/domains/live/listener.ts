/**
 * One connection per process that listens for announcements, whatever the number of clients. When it breaks it is
 * opened again, and what was announced meanwhile is read from the table.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import { keptAlive } from '../../database/database.ts'
import type { Log } from '../../logging/log.ts'
import type { LiveNotice } from './notice.ts'
import { channel, parseNotice } from './notice.ts'

export type Listener = {
  /** Resolves once the connection listens for the first time. */
  ready: Promise<void>
  stop(): Promise<void>
}

type Options = {
  url: string
  log: Log
  onNotice: (notice: LiveNotice) => void
  /** Called whenever a connection has begun to listen: something may have been missed before. */
  onListening: () => Promise<void>
}

const firstPause = 250
const longestPause = 4000

export function listen({ url, log, onNotice, onListening }: Options): Listener {
  const stopping = new AbortController()
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>()
  let current: Client | undefined

  async function follow(): Promise<void> {
    const client = new Client({ connectionString: url, ...keptAlive, connectionTimeoutMillis: 3000 })
    const { promise: lost, resolve: isLost } = Promise.withResolvers<void>()
    client.on('error', () => isLost())
    client.on('end', () => isLost())
    client.on('notification', ({ payload }) => {
      const notice = parseNotice(payload)
      if (notice) onNotice(notice)
    })
    current = client
    try {
      await client.connect()
      await client.query(`LISTEN ${channel}`)
      await onListening()
      isReady()
      await lost
    } finally {
      await client.end().catch(() => undefined) // it is gone already
    }
  }

  async function run(): Promise<void> {
    let pause = firstPause
    while (!stopping.signal.aborted) {
      const started = Date.now()
      await follow().catch((error: unknown) => log.warn({ err: error }, 'Live updates cannot reach the database'))
      pause = Date.now() - started > 10_000 ? firstPause : Math.min(longestPause, pause * 2)
      await wait(pause, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined) // stopping
    }
  }
  const running = run()

  return {
    ready,
    async stop() {
      stopping.abort()
      await current?.end().catch(() => undefined)
      await running
    },
  }
}
