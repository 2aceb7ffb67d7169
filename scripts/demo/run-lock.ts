import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { identityOf, isAlive } from '../bootstrap/process-identity.mjs'
import { readJson } from '../supervisor/records.ts'

const Holder = z.object({ pid: z.number(), started: z.string(), mode: z.enum(['production', 'development']) })
export type Holder = z.infer<typeof Holder>

const fileOf = (state: string) => join(state, 'run', 'lock.json')

/** Who runs this installation right now. */
export function runningHolder(state: string): Holder | undefined {
  const holder = readJson(fileOf(state), Holder)
  return holder && isAlive(holder) ? holder : undefined
}

/** One supervisor for an installation: undefined when we are it, else who is. */
export function takeRunLock(state: string, mode: Holder['mode']): Holder | undefined {
  const file = fileOf(state)
  mkdirSync(dirname(file), { recursive: true })
  for (;;) {
    const mine = `${file}.${process.pid}`
    const opened = openSync(mine, 'w', 0o600)
    writeSync(opened, JSON.stringify({ ...identityOf(process.pid), mode }))
    closeSync(opened)
    const holder = runningHolder(state)
    if (holder && holder.pid !== process.pid) {
      rmSync(mine)
      return holder
    }
    renameSync(mine, file)
    if (runningHolder(state)?.pid === process.pid) return undefined
  }
}

export function releaseRunLock(state: string): void {
  if (runningHolder(state)?.pid === process.pid) rmSync(fileOf(state), { force: true })
}
