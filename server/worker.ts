/**
 * The worker: jobs of the queue on every worker; cluster watches and the sweep over open requests on the one that
 * leads. Whatever is lost (a webhook, a job, a watch event), the sweep finds.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { readConfig } from './config.ts'
import { lead } from './database/leader.ts'
import { observeClusters } from './domains/observed/observed.ts'
import { keepHouse } from './housekeeping.ts'
import { bind } from './jobs/queue.ts'
import { advanceRequest, closeChange } from './jobs/request-jobs.ts'
import { checkUpload } from './jobs/upload-jobs.ts'
import { keepWebhook } from './wiring/webhook.ts'
import { createServices, type Services } from './wiring.ts'

const services = await createServices(readConfig(), { works: true })
const { log, queue, advance, uploads, config } = services
const stopping = new AbortController()

await queue.work([bind(advanceRequest, { advance }), bind(closeChange, { advance })], { concurrency: 4 })
// Each holds a whole model on its disk for a while.
await queue.work([bind(checkUpload, { uploads })], { concurrency: 2 })
const leading = lead(config.DATABASE_URL, 'worker', stopping.signal, log, (signal) =>
  Promise.all([
    sweep(services, signal),
    observe(services, signal),
    keepWebhook({ git: services.ports.git, config, log }, signal),
    services.integrations.looking.run(signal),
    keepHouse(services, signal, uploads.sweep),
  ]),
)
process.stdout.write(`${JSON.stringify({ ready: true })}\n`)
log.info('worker started')

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    stopping.abort()
    await Promise.allSettled([leading, queue.stop()])
    process.exit(0)
  })
}

async function sweep(
  { advance: requests, log: logger, config: settings }: Services,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const id of await requests.openIds()) {
        if (signal.aborted) return
        await requests
          .advance(id)
          .catch((error: unknown) => logger.warn({ err: error, request: id }, 'a request does not move for now'))
      }
    } catch (error) {
      logger.warn({ err: error }, 'the sweep over open requests failed')
    }
    await wait(settings.RECONCILE_SECONDS * 1000, undefined, { signal }).catch(() => undefined) // ends early when stopping
  }
}

/** A change in the cluster may be what a request waits for. */
async function observe({ db, ports, log: logger, advance: requests }: Services, signal: AbortSignal): Promise<void> {
  const lookAgain = async (namespaces: ReadonlySet<string>) => {
    for (const namespace of namespaces) for (const id of await requests.syncingIn(namespace)) await requests.advance(id)
  }
  await observeClusters(
    {
      db,
      clusters: ports.clusters,
      gitops: ports.gitops,
      log: logger,
      onChange: (namespaces) =>
        void lookAgain(namespaces).catch((error: unknown) => logger.warn({ err: error }, 'could not follow a change')),
    },
    signal,
  )
}
