/**
 * How many live pages one web process carries: opens event streams, makes announcements and measures how long each
 * takes to reach every stream.
 *
 *   node scripts/bench/live-connections.ts --portal URL --token TOKEN --database URL [--connections 2000]
 *
 * The web process wants RATE_LIMIT_PER_SECOND above the number of connections, and a file limit above it.
 */
import { request } from 'node:http'
import { parseArgs } from 'node:util'
import { createDatabase } from '../../server/database/database.ts'
import { announce } from '../../server/domains/live/live.ts'

const { values } = parseArgs({
  options: {
    portal: { type: 'string' },
    token: { type: 'string' },
    database: { type: 'string' },
    connections: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '20' },
  },
})
const { portal, token, database } = values
if (!portal || !token || !database) throw new Error('--portal, --token and --database are needed')
const wanted = Number(values.connections)

let open = 0
let heard = new Map<string, number>()
let failed = 0

function follow(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const call = request(`${portal}/api/v1/events`, { headers: { authorization: `Bearer ${token}` }, agent: false })
  call.on('response', (response) => {
    if (response.statusCode !== 200) failed += 1
    else open += 1
    response.setEncoding('utf8')
    response.on('data', (text: string) => {
      for (const [, key = ''] of text.matchAll(/"key":"([^"]+)"/g)) heard.set(key, (heard.get(key) ?? 0) + 1)
    })
    response.on('close', () => {
      open -= 1
    })
    resolve()
  })
  call.on('error', () => {
    failed += 1
    resolve()
  })
  call.end()
  return promise
}

const started = performance.now()
for (let made = 0; made < wanted; made += 50) {
  await Promise.all(Array.from({ length: Math.min(50, wanted - made) }, follow))
}
console.log(`${open} streams open, ${failed} failed, in ${((performance.now() - started) / 1000).toFixed(1)} s`)

const db = createDatabase(database, { connections: 1 })
const times: number[] = []
for (let round = 0; round < Number(values.rounds); round += 1) {
  const key = `bench-${process.pid}-${round}`
  const from = performance.now()
  await db.$transaction((tx) => announce(tx, { topic: 'integration', key, team: null }))
  while ((heard.get(key) ?? 0) < open && performance.now() - from < 10_000) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  times.push(performance.now() - from)
  heard = new Map()
}
times.sort((a, b) => a - b)
const at = (part: number) => times[Math.floor(part * (times.length - 1))]?.toFixed(0)
console.log(
  `From commit to all ${open} streams: median ${at(0.5)} ms, slowest ${at(1)} ms, ${times.length} announcements`,
)
await db.$disconnect()
process.exit(0)
