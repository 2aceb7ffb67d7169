import { join } from 'node:path'
import { z } from 'zod'
import type { PartStatus } from '../supervisor/part.ts'
import { readJson, writeWhole } from '../supervisor/records.ts'
import { runningHolder } from './run-lock.ts'

const Phase = z.enum(['starting', 'ready', 'stopping'])
export type Phase = z.infer<typeof Phase>

const Status = z.object({
  phase: Phase,
  parts: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      pid: z.number().optional(),
      restarts: z.number(),
      message: z.string().optional(),
    }),
  ),
})

const fileOf = (state: string) => join(state, 'run', 'status.json')

export function writeStatus(state: string, phase: Phase, parts: PartStatus[]): void {
  writeWhole(fileOf(state), JSON.stringify({ phase, parts }))
}

export function readPhase(state: string): Phase | undefined {
  return runningHolder(state) ? readJson(fileOf(state), Status)?.phase : undefined
}

/** For people and scripts: 0 when everything answers, 1 when not, 3 when nothing runs. */
export function printStatus(state: string): number {
  const holder = runningHolder(state)
  const status = readJson(fileOf(state), Status)
  if (!holder || !status) {
    console.log('Nothing runs. Start it with: npm run demo')
    return 3
  }
  console.log(`${status.phase} (process ${holder.pid})`)
  for (const part of status.parts) {
    const pid = part.pid ? `process ${part.pid}` : ''
    const restarts = part.restarts > 0 ? `restarted ${part.restarts} ×` : ''
    const line = [part.name.padEnd(14), part.state.padEnd(11), pid.padEnd(16), restarts, part.message?.split('\n')[0]]
    console.log(
      `  ${line
        .filter((word) => word !== undefined)
        .join(' ')
        .trimEnd()}`,
    )
  }
  return status.phase === 'ready' ? 0 : 1
}
