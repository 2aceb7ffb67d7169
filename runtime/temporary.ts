/**
 * What lives no longer than the process lies outside of its state, because engines' sockets need short paths. The state
 * says where, so that the next process with that state removes what a killed one has left.
 */
import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { z } from 'zod'

const Place = z.object({ folder: z.string(), pid: z.int().positive(), started: z.string() })
type Place = z.infer<typeof Place>

const OURS = /^modelyard-[0-9a-f]{8}$/

/** A process's number may come again, with another start. Empty where there is no such process, or no telling. */
const startOf = (pid: number): string => {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name before it may hold anything, spaces and brackets too.
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

const isAlive = ({ pid, started }: Place): boolean => {
  if (process.platform === 'linux') return startOf(pid) === started
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const readPlace = (path: string): Place | undefined => {
  try {
    return Place.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined // nothing was left, or half a line: then there is no folder yet
  }
}

const isOurs = (folder: string): boolean => {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  return OURS.test(basename(folder)) && found?.isDirectory() === true && found.uid === process.getuid?.()
}

/** An engine within a run that never returns does not hear that its server is gone. */
const endThoseIn = (folder: string): void => {
  if (process.platform !== 'linux') return
  for (const name of readdirSync('/proc')) {
    try {
      const pid = Number(name)
      if (pid > 0 && readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`)) process.kill(pid, 'SIGKILL')
    } catch {
      // Not one of ours, or gone already.
    }
  }
}

const clear = (folder: string): void => {
  endThoseIn(folder)
  rmSync(folder, { recursive: true, force: true })
}

export interface Temporary {
  readonly folder: string
  remove: () => void
}

export const temporaryFor = (stateFolder: string): Temporary => {
  mkdirSync(stateFolder, { recursive: true })
  const path = join(stateFolder, 'temporary.json')
  const before = readPlace(path)
  if (before && !isAlive(before) && isOurs(before.folder)) clear(before.folder)
  const folder = join(tmpdir(), `modelyard-${randomBytes(4).toString('hex')}`)
  const place: Place = { folder, pid: process.pid, started: startOf(process.pid) }
  // First, for who is killed in between.
  writeFileSync(path, JSON.stringify(place), { mode: 0o600 })
  mkdirSync(folder, { mode: 0o700 })
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
      if (readPlace(path)?.folder === folder) rmSync(path, { force: true })
    },
  }
}
