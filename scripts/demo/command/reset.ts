import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ownerForRoot } from '../../postgres/binaries.ts'
import { clusterDirectory } from '../../postgres/cluster.ts'
import { stopDemo } from './stop.ts'

// Downloads and knowledge of what was built last hold nothing of the installation.
const kept = ['locks', 'stamps', 'tools']

/** Forgets everything the installation holds, after stopping it. */
export async function reset(state: string): Promise<void> {
  await stopDemo(state)
  rmSync(clusterDirectory(join(state, 'postgres'), ownerForRoot()), { recursive: true, force: true })
  for (const name of readdirSync(state)) {
    if (!kept.includes(name)) rmSync(join(state, name), { recursive: true, force: true })
  }
}
