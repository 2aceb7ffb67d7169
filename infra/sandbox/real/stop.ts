/** `node infra/sandbox/real/stop.ts --state DIR`: ends what `start.ts` left running there, also after it was killed. */
import { readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { until } from './processes.ts'

const { values } = parseArgs({ options: { state: { type: 'string', default: '.modelyard/real' } } })
const file = join(resolve(values.state), 'pids.json')

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false // No such process: that is what we are waiting for.
  }
}

const pids: number[] = JSON.parse(await readFile(file, 'utf8').catch(() => '[]'))
const [parent, ...children] = pids
if (parent !== undefined && isAlive(parent)) process.kill(parent, 'SIGTERM')
else for (const pid of children.toReversed()) if (isAlive(pid)) process.kill(pid, 'SIGTERM')
await until('the real cluster to stop', 15, async () => !pids.some(isAlive))
await rm(file, { force: true })
console.error(pids.length === 0 ? 'the real cluster was not running' : 'the real cluster has stopped')
