/** The connection to PostgreSQL, and the type of a transaction on it. */
import { PrismaClient } from './generated/client.ts'
import { OneAtATimePg } from './one-at-a-time.ts'

export type Database = PrismaClient

/** What a service hands down when several writes belong together. */
export type Transaction = Parameters<Parameters<Database['$transaction']>[0]>[0]

/** Either: for reads that do not mind whether they stand in a transaction. */
export type Queryable = Database | Transaction

/** A server that is gone without a word is noticed within half a minute; unless told, Linux waits two hours. */
export const keptAlive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const

export type DatabaseOptions = {
  connections?: number
  /** Told when an idle connection breaks, as it does when PostgreSQL restarts; the next query opens another. */
  onConnectionLost?: (error: Error) => void
}

export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const onConnectionLost = options.onConnectionLost ?? (() => undefined)
  const adapter = new OneAtATimePg(
    {
      connectionString: url,
      max: options.connections ?? 10,
      connectionTimeoutMillis: 3000,
      idleTimeoutMillis: 30_000,
      ...keptAlive,
      application_name: 'modelyard',
    },
    { onPoolError: onConnectionLost, onConnectionError: onConnectionLost },
  )
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 5000, timeout: 15_000 } })
}
