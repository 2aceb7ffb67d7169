import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { identityOf, isAlive } from '../bootstrap/process-identity.mjs'

const Identity = z.object({ pid: z.number(), started: z.string() })
const Records = z.record(z.string(), Identity)

/** Which processes run on behalf of a state directory, on disk, so that a later start finds what a crash left. */
export function processRecords(file: string) {
  const records = new Map<string, z.infer<typeof Identity>>()
  const write = () => writeWhole(file, JSON.stringify(Object.fromEntries(records)))
  return {
    add(name: string, pid: number) {
      records.set(name, identityOf(pid))
      write()
    },
    remove(name: string) {
      records.delete(name)
      write()
    },
  }
}

/** Ends what an earlier run left behind and returns the names of it. */
export async function endLeftovers(file: string): Promise<string[]> {
  const left = Object.entries(readJson(file, Records) ?? {}).filter(([, identity]) => isAlive(identity))
  for (const [, { pid }] of left) signalGroup(pid, 'SIGTERM')
  const until = Date.now() + 6000
  while (Date.now() < until && left.some(([, identity]) => isAlive(identity))) await pause(50)
  for (const [, identity] of left) if (isAlive(identity)) signalGroup(identity.pid, 'SIGKILL')
  rmSync(file, { force: true })
  return left.map(([name]) => name)
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // Gone in the meantime.
  }
}

/** Undefined when the file is missing or does not hold what it should. */
export function readJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    return undefined
  }
}

/** Readers see the old file or the new one, never a half. */
export function writeWhole(file: string, text: string, mode = 0o600): void {
  mkdirSync(dirname(file), { recursive: true })
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, text, { mode })
  renameSync(unfinished, file)
}
