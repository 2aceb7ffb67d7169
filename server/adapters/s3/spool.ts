/**
 * Where files lie on this machine while they are taken in. The temporary folder is everybody's, so the spool below it is
 * made for its owner alone and is believed only when it is that; its name is the same after a restart, so that what a
 * crash left is found and goes.
 */
import { createHash } from 'node:crypto'
import { lstat, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3Place } from '../../ports/object-store/object-store-url.ts'

const owner = process.getuid?.()

/** One for each user and bucket of this machine. */
export function spoolOf({ bucket, prefix, endpoint = '' }: S3Place): string {
  const hash = createHash('sha256').update(JSON.stringify([owner, endpoint, bucket, prefix]))
  return join(tmpdir(), `modelyard-incoming-${hash.digest('hex').slice(0, 16)}`)
}

/** Makes it, or refuses one that others could read, write or have put there. */
export async function openSpool(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await lstat(folder) // of a link itself, not of where it leads
  const shared = owner !== undefined && (found.uid !== owner || (found.mode & 0o077) !== 0)
  if (!found.isDirectory() || shared) {
    throw new Error(`${folder} was not made by this portal, or others may enter it. Remove it, or set TMPDIR.`)
  }
}

/** Drops what lies there since before then. */
export async function tidySpool(folder: string, before: Date): Promise<number> {
  await openSpool(folder)
  let dropped = 0
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const touched = await stat(path).catch(() => undefined) // taken in meanwhile
    if (!touched || touched.mtime >= before) continue
    await rm(path, { force: true })
    dropped += 1
  }
  return dropped
}
