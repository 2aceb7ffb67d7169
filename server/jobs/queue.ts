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

const queueOptions = (retries: number) => ({
  // One job of a key waits at a time; the one that runs may be joined by one more, which sees what it has left.
  policy: 'short' as const,
  retryLimit: retries,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  expireInSeconds: 300,
  deleteAfterSeconds: 24 * 3600,
  notify: true,
})

export async function createQueue({
  databaseUrl,
  log,
  names,
  works,
}: {
  databaseUrl: string
  log: Log
  names: { name: string; retries: number }[]
  works: boolean
}) {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    max: works ? 6 : 2,
    supervise: works,
    schedule: false,
    useListenNotify: works,
    application_name: 'modelyard-queue',
  })
  boss.on('error', (error) => log.error({ err: error }, 'queue error'))
  await boss.start()
  for (const { name, retries } of names) {
    await boss.createQueue(name, queueOptions(retries))
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
        await boss.work(each.name, { pollingIntervalSeconds: 1, localConcurrency: concurrency }, async (batch) => {
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
      const stats = await Promise.all(names.map(({ name }) => boss.getQueueStats(name)))
      return { waiting: stats.flat().reduce((sum, each) => sum + each.queuedCount, 0) }
    },
  }
}
export type Queue = Awaited<ReturnType<typeof createQueue>>
