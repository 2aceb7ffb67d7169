/** The queue in PostgreSQL: a job is sent in the transaction that makes it necessary, and goes with it. */
import { PgBoss } from 'pg-boss'
import type { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import type { Log } from '../logging/log.ts'
import type { Job } from './job.ts'

/** A job, with the handler's needs out of sight: for the table of all jobs. */
export type AnyJob = {
  name: string
  retries: number
  run: (data: unknown) => Promise<void>
}

export const bind = <Needs, Data extends z.ZodType>(job: Job<Needs, Data>, needs: Needs): AnyJob => ({
  name: job.name,
  retries: job.retries,
  run: (data) => job.handle(needs, job.data.parse(data)),
})

type Kind = { name: string; retries: number; secondsAtMost: number }

/** How soon the job of a worker that was killed is another's, and a job that failed is tried again. */
export type Pace = { heartbeatSeconds: number; lookEverySeconds: number; pollSeconds: number }
const usualPace: Pace = { heartbeatSeconds: 30, lookEverySeconds: 15, pollSeconds: 5 }

const queueOptions = ({ retries, secondsAtMost }: Kind, { heartbeatSeconds }: Pace) => ({
  retryLimit: retries,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  expireInSeconds: secondsAtMost,
  heartbeatSeconds,
  deleteAfterSeconds: 24 * 3600,
  notify: true,
})

export async function createQueue({
  databaseUrl,
  log,
  kinds,
  works,
  pace = usualPace,
}: {
  databaseUrl: string
  log: Log
  kinds: readonly Kind[]
  works: boolean
  pace?: Pace
}) {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    max: works ? 6 : 2,
    supervise: works,
    schedule: false,
    superviseIntervalSeconds: pace.lookEverySeconds,
    monitorIntervalSeconds: pace.lookEverySeconds,
    useListenNotify: works,
    application_name: 'modelyard-queue',
  })
  boss.on('error', (error) => log.error({ err: error }, 'queue error'))
  try {
    await boss.start()
    for (const kind of kinds) {
      const options = queueOptions(kind, pace)
      // One job of a key waits at a time; the one that runs may be joined by one more, which sees what it has left.
      await boss.createQueue(kind.name, { policy: 'short', ...options })
      await boss.updateQueue(kind.name, options) // made by an earlier release, perhaps with other options
    }
  } catch (error) {
    // Whoever asks again begins another one: this one must hold no connection.
    await boss.stop({ graceful: false, close: true }).catch(() => undefined) // what went wrong before is told
    throw error
  }

  return {
    /** In the caller's transaction: a rollback takes the job with it. */
    async send<Needs, Data extends z.ZodType>(
      tx: Transaction,
      job: Job<Needs, Data>,
      data: z.output<Data>,
    ): Promise<void> {
      const db = {
        executeSql: async (text: string, values?: unknown[]) => ({
          rows: await tx.$queryRawUnsafe<unknown[]>(text, ...(values ?? [])),
        }),
      }
      await boss.send(job.name, Object(job.data.parse(data)), { db, singletonKey: job.keyOf(data) })
    },
    async work(jobs: AnyJob[], { concurrency }: { concurrency: number }): Promise<void> {
      for (const each of jobs) {
        // A job that is sent is announced; one that is due again is not.
        const polling = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: pace.pollSeconds }
        await boss.work(each.name, { ...polling, localConcurrency: concurrency }, async (batch) => {
          for (const { data, id } of batch) {
            try {
              await each.run(data)
            } catch (error) {
              log.warn({ err: error, job: each.name, jobId: id }, 'job failed, it is tried again')
              throw error
            }
          }
        })
      }
    },
    async stop(): Promise<void> {
      await boss.stop({ graceful: true, timeout: 4_000, close: true })
    },
    async probe(): Promise<{ waiting: number }> {
      const stats = await Promise.all(kinds.map(({ name }) => boss.getQueueStats(name)))
      return { waiting: stats.flat().reduce((sum, each) => sum + each.queuedCount, 0) }
    },
  }
}
