import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { withLock } from '../../bootstrap/lock.mjs'
import { identityOf, isAlive } from '../../bootstrap/process-identity.mjs'
import { readJson, writeWhole } from '../../supervisor/records.ts'

const Holder = z.object({ pid: z.number(), started: z.string(), mode: z.enum(['production', 'development']) })
export type Holder = z.infer<typeof Holder>

const fileOf = (state: string) => join(state, 'run', 'lock.json')

/** Who runs this installation right now. */
export function runningHolder(state: string): Holder | undefined {
  const holder = readJson(fileOf(state), Holder)
  return holder && isAlive(holder) ? holder : undefined
}

/** One supervisor for an installation: undefined when we are it, else who is. */
export function takeRunLock(state: string, mode: Holder['mode']): Promise<Holder | undefined> {
  return withLock(join(state, 'run', 'taking'), async () => {
    const holder = runningHolder(state)
    if (!holder) writeWhole(fileOf(state), JSON.stringify({ ...identityOf(process.pid), mode }))
    return holder
  })
}

export function releaseRunLock(state: string): void {
  if (runningHolder(state)?.pid === process.pid) rmSync(fileOf(state), { force: true })
}
