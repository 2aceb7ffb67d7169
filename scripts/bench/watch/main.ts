/**
 * `npm run bench:watch`: what it costs to follow a large cluster, and how soon a page hears of a change. Fills the
 * sandbox's API server with pods, holds them once as they are and once as the worker does, then changes some at a
 * steady rate, and writes docs/performance.md.
 *
 *   npm run bench:watch -- [--pods 20000] [--rate 50] [--seconds 40]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { KubeConfig } from '@kubernetes/client-node'
import { z } from 'zod'
import { createTransport, type Transport } from '../../../server/adapters/kubernetes/wire/transport.ts'
import { createDatabase } from '../../../server/database/database.ts'
import { migrate } from '../../../server/database/migrate.ts'
import { startSandboxPart } from '../../../server/testing/sandbox.ts'
import { startTemporaryServer } from '../../postgres/temporary.ts'
import { circumstances, quantile, table } from '../circumstances.ts'
import { writeSection } from '../section.ts'
import { measureChanges } from './changes.ts'
import { podNamespaces, podOf } from './pods.ts'

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '20000' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '40' },
  },
})
const [pods, rate, seconds] = [Number(values.pods), Number(values.rate), Number(values.seconds)]
const mebibyte = 2 ** 20
const Facts = z.object({
  held: z.number(),
  bytes: z.number(),
  peak: z.number(),
  json: z.number().optional(),
  seconds: z.number().optional(),
})

const server = await startTemporaryServer()
const sandbox = await startSandboxPart('cluster', { port: '0' })
let watcher: ChildProcess | undefined
try {
  const kubeconfig = String(sandbox.ready.kubeconfig)
  const databaseUrl = server.url('postgres')
  await migrate(databaseUrl)
  const transport = createTransport(() => {
    const config = new KubeConfig()
    config.loadFromFile(kubeconfig)
    return config
  }, 'bench')
  await fill(transport)

  const raw = await hold('raw', kubeconfig, databaseUrl)
  raw.child.kill()
  const watched = await hold('watch', kubeconfig, databaseUrl)
  watcher = watched.child
  const share = watched.facts.bytes / raw.facts.bytes
  const db = createDatabase(databaseUrl, { connections: 2 })
  await measureChanges({ db, databaseUrl, transport, pods }, rate, 3) // warm
  const delays = await measureChanges({ db, databaseUrl, transport, pods }, rate, seconds)
  await db.$disconnect()

  const inMebibytes = (bytes: number) => (bytes / mebibyte).toFixed(1)
  const held = table(
    ['pods held', 'heap, MiB', 'at its highest, MiB', 'part of the parsed list'],
    [
      ['as parsed', inMebibytes(raw.facts.bytes), inMebibytes(raw.facts.peak), '100 %'],
      [
        'as the worker follows them',
        inMebibytes(watched.facts.bytes),
        inMebibytes(watched.facts.peak),
        `${(share * 100).toFixed(1)} %`,
      ],
    ],
  )
  const row = (title: string, times: readonly number[]) => [
    title,
    ...[quantile(times, 0.5), quantile(times, 0.99), Math.max(...times)].map((each) => each.toFixed(0)),
  ]
  const heard = table(
    ['from', 'median, ms', '99 %, ms', 'slowest, ms'],
    [row('sending the change to the API server', delays.sent), row('its answer', delays.acknowledged)],
  )
  const facts =
    `${pods.toLocaleString('en-US')} pods in ${podNamespaces} namespaces of 20 teams, ` +
    `${((raw.facts.json ?? 0) / pods / 1024).toFixed(1)} KiB of JSON each; following them from nothing, every row ` +
    `written, took ${watched.facts.seconds?.toFixed(1)} s. ${delays.sent.length.toLocaleString('en-US')} changes at ` +
    `${rate} a second, ${delays.lost} of them not told apart from a neighbour.`
  const missed = [
    ...(share > 0.25 ? [`The heap is ${(share * 100).toFixed(1)} % of the parsed list, more than 25 %.`] : []),
    ...(quantile(delays.sent, 0.99) > 250 ? ['One change in a hundred takes longer than 250 ms.'] : []),
  ]
  const goals = missed.length === 0 ? 'At most 25 % of the heap and 250 ms: both hold.' : missed.join(' ')
  console.log(`${facts}\n\n${held}\n\nFrom a change to the event stream of a page:\n\n${heard}\n\n${goals}`)
  await writeSection(
    join(import.meta.dirname, '../../../docs/performance.md'),
    'watch',
    `## Following a large cluster

Written by \`npm run bench:watch\`. ${circumstances()}

The sandbox's API server, PostgreSQL, the worker's watch and whoever makes the changes share the cores. ${facts}

${held}

From a change in the cluster, by the watch, the database and its notification, to the event stream of a page:

${heard}

${goals}`,
  )
} finally {
  if (watcher?.exitCode === null) {
    watcher.kill()
    await once(watcher, 'exit')
  }
  await sandbox.stop()
  await server.stop()
}

async function fill(transport: Transport): Promise<void> {
  const make = async (path: string, object: object) => {
    const { status, text } = await transport.text({ method: 'POST', path, body: JSON.stringify(object) })
    if (status >= 300) throw new Error(text)
  }
  for (let number = 0; number < podNamespaces; number += 1) {
    const name = podOf(number).metadata.namespace ?? ''
    await make('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } }
    await make(`/api/v1/namespaces/${name}/serviceaccounts`, account)
  }
  let next = 0
  const started = performance.now()
  const filler = async () => {
    for (;;) {
      const number = next++
      if (number >= pods) return
      const pod = podOf(number)
      const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods`
      await make(path, pod)
      const { status, text } = await transport.text({
        method: 'PATCH',
        path: `${path}/${pod.metadata.name}/status`,
        contentType: 'application/merge-patch+json',
        body: JSON.stringify({ status: pod.status }),
      })
      if (status >= 300) throw new Error(text)
    }
  }
  await Promise.all(Array.from({ length: 16 }, filler))
  console.error(`… ${pods} pods made in ${((performance.now() - started) / 1000).toFixed(0)} s`)
}

async function hold(way: 'raw' | 'watch', kubeconfig: string, databaseUrl: string) {
  const file = join(import.meta.dirname, 'holder.ts')
  const child = spawn(process.execPath, ['--expose-gc', file, way, kubeconfig, databaseUrl, String(pods)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const facts = Facts.parse(JSON.parse(line))
    console.error(`… ${way}: ${(facts.bytes / mebibyte).toFixed(1)} MiB of heap for ${facts.held} pods`)
    return { child, facts }
  }
  throw new Error(`Holding them the way "${way}" ended without a word`)
}
