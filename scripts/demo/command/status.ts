import { join } from 'node:path'
import { z } from 'zod'
import type { PartStatus } from '../../supervisor/part.ts'
import { readJson, writeWhole } from '../../supervisor/records.ts'
import { runningHolder } from './run-lock.ts'

const Phase = z.enum(['starting', 'ready', 'stopping'])
export type Phase = z.infer<typeof Phase>

const Status = z.object({
  /** Who wrote it: what a killed supervisor last wrote says nothing about the next one. */
  supervisor: z.number(),
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
  writeWhole(fileOf(state), JSON.stringify({ supervisor: process.pid, phase, parts }))
}

export function readPhase(state: string): Phase | undefined {
  return currentStatus(state)?.phase
}

function currentStatus(state: string) {
  const holder = runningHolder(state)
  const status = readJson(fileOf(state), Status)
  return holder && status?.supervisor === holder.pid ? status : undefined
}

/** For people and scripts: 0 when everything answers, 1 when not, 3 when nothing runs. */
export function printStatus(state: string): number {
  if (!runningHolder(state)) {
    console.log('Nothing runs. Start it with: npm run demo')
    return 3
  }
  const status = currentStatus(state)
  if (!status) {
    console.log('starting')
    return 1
  }
  console.log(`${status.phase} (process ${status.supervisor})`)
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
