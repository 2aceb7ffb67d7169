/**
 * One way of holding all pods, in a process of its own so that nothing else counts: `raw` keeps the parsed list,
 * `watch` is what the worker runs. Says how much heap that took once the rest has been collected.
 */
import { KubeConfig } from '@kubernetes/client-node'
import { z } from 'zod'
import { createKubernetesCluster } from '../../../server/adapters/kubernetes/kubernetes.ts'
import { createTransport } from '../../../server/adapters/kubernetes/wire/transport.ts'
import { createDatabase } from '../../../server/database/database.ts'
import { observeClusters } from '../../../server/domains/observed/observed.ts'
import { createLog } from '../../../server/logging/log.ts'
import { createFakeGitOps } from '../../../server/testing/fakes/fake-gitops.ts'

const [way = '', kubeconfig = '', database = '', wanted = '0'] = process.argv.slice(2)
const load = () => {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  return config
}
const List = z.looseObject({
  metadata: z.looseObject({ continue: z.string().optional() }),
  items: z.array(z.unknown()),
})

const collect = globalThis.gc ?? (() => undefined)
/** Twice: what the first finds unreachable may hold more. */
const heapUsed = () => {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
let peak = 0
const sampling = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().heapUsed)
}, 20)

const say = (facts: object) => process.stdout.write(`${JSON.stringify(facts)}\n`)

if (way === 'raw') {
  const transport = createTransport(load, 'bench')
  const before = heapUsed()
  const held: unknown[] = []
  let next: string | undefined
  do {
    const path = '/api/v1/pods'
    const list = List.parse(await transport.json({ method: 'GET', path, query: { limit: '500', continue: next } }))
    held.push(...list.items)
    next = list.metadata.continue || undefined
  } while (next)
  clearInterval(sampling)
  say({ held: held.length, bytes: heapUsed() - before, peak: peak - before, json: JSON.stringify(held).length })
  process.exit(0)
}

const db = createDatabase(database, { connections: 4 })
await db.$queryRaw`SELECT 1`
const cluster = createKubernetesCluster(load, 'bench')
await cluster.probe()
const before = heapUsed()
const stop = new AbortController()
const started = performance.now()
const watching = observeClusters(
  {
    db,
    clusters: {
      of: () => cluster,
      all: [cluster],
      environmentsOf: () => ['dev', 'staging', 'prod'],
      gitops: { cluster, namespace: 'argocd' },
    },
    gitops: createFakeGitOps('bench'),
    log: createLog({ level: 'error' }),
    onChange: () => undefined,
  },
  stop.signal,
)
while ((await db.observation.count({ where: { kind: 'pod' } })) < Number(wanted))
  await new Promise((resolve) => setTimeout(resolve, 100))
const seconds = (performance.now() - started) / 1000
clearInterval(sampling)
say({ held: Number(wanted), bytes: heapUsed() - before, peak: peak - before, seconds })
process.once('SIGTERM', async () => {
  stop.abort()
  await watching
  await db.$disconnect()
  process.exit(0)
})
