/** `npm run runtime:soak [-- --minutes 30 --rate 200]`: steady traffic while models come and go and engines are killed. */
import { parseArgs } from 'node:util'
import { soak } from './soak.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, rate: { type: 'string', default: '200' } },
})
const found = await soak({
  seconds: Number(values.minutes) * 60,
  requestsPerSecond: Number(values.rate),
  tell: (line) => console.log(line),
})
console.log(
  `${found.requests} requests, ${found.killed} engines killed, ${found.changes} models loaded or unloaded; ` +
    `${found.expected} answers lost with their engine, ${found.errors} errors besides; ` +
    `server memory ${found.firstMegabytes} MB early, ${found.lastMegabytes} MB at the end`,
)
const share = found.errors / Math.max(1, found.requests)
const grew = found.lastMegabytes > found.firstMegabytes * 1.2 + 20
if (share >= 0.0001) console.error('more than one request in ten thousand failed that had no part in a kill')
if (grew) console.error('the memory of the server is not flat')
if (share >= 0.0001 || grew) process.exitCode = 1
