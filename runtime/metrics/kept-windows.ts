/** What is looked at over a while, on disk, so that it does not begin anew with the server. One small file for each version. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'

const MOST_DAYS = 30
const DAY = 86_400_000

/** Counts its changes, and can be made again of its state. */
export interface Window<State> {
  readonly changes: number
  state: () => State
}

export interface KeptWindows<State> {
  /** The window that `make` makes of what was kept. */
  open: <W extends Window<State>>(key: string, make: (before: State | undefined) => W) => W
  /** Writes what has changed, unless it was written less than `pause` milliseconds ago; never throws. */
  save: (pause?: number) => Promise<void>
  forget: (key: string) => Promise<void>
}

/** Keys hold addresses and names; a file's name must not. */
export const fileNameOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 32)

export const keptWindows = <State>(
  folder: string,
  schema: z.ZodType<State>,
  log: (event: string, details: Record<string, unknown>) => void,
): KeptWindows<State> => {
  const windows = new Map<string, { window: Window<State>; saved: number; savedAt: number }>()
  const pathOf = (key: string): string => join(folder, `${fileNameOf(key)}.json`)
  let failing = false

  const read = (path: string): State | undefined => {
    try {
      return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
    } catch {
      return undefined // none yet, or damaged: the window begins anew
    }
  }

  const write = async (key: string, state: State): Promise<void> => {
    await mkdir(folder, { recursive: true })
    const path = pathOf(key)
    await writeFile(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
    await rename(`${path}.new`, path)
  }

  return {
    open: (key, make) => {
      const window = make(read(pathOf(key)))
      windows.set(key, { window, saved: window.changes, savedAt: Number.NEGATIVE_INFINITY })
      return window
    },
    save: async (pause = 0) => {
      const now = performance.now()
      for (const [key, entry] of windows) {
        const { changes } = entry.window
        if (changes === entry.saved || now - entry.savedAt < pause) continue
        try {
          await write(key, entry.window.state())
          entry.saved = changes
          entry.savedAt = now
          failing = false
        } catch (error) {
          // A full disk must cost no more than what it cannot hold; it is said once, and tried again.
          if (!failing) log('windows cannot be kept', { folder, reason: String(error) })
          failing = true
          return
        }
      }
    },
    forget: async (key) => {
      windows.delete(key)
      await rm(pathOf(key), { force: true }).catch(() => {}) // it grows old there, and goes then
    },
  }
}

/** Removes what belongs to versions that have not been here for long. */
export const removeOld = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > MOST_DAYS * DAY) await rm(path, { recursive: true, force: true })
  }
}
