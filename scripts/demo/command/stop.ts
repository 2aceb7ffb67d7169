import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from '../../bootstrap/process-identity.mjs'
import { endLeftovers } from '../../supervisor/records.ts'
import { runningHolder } from './run-lock.ts'

const longestMilliseconds = 40_000

export async function stopDemo(state: string): Promise<number> {
  const holder = runningHolder(state)
  if (!holder) {
    const left = await endLeftovers(join(state, 'run', 'processes.json'))
    console.log(left.length > 0 ? `Stopped what a crash had left: ${left.join(', ')}.` : 'Nothing runs.')
    return 0
  }
  process.kill(holder.pid, 'SIGTERM')
  const until = Date.now() + longestMilliseconds
  while (isAlive(holder)) {
    if (Date.now() > until) throw new Error(`Process ${holder.pid} does not end. Try: kill -9 ${holder.pid}`)
    await pause(50)
  }
  console.log('Stopped.')
  return 0
}
