/** Feedback windows on disk, so that a score does not begin anew with the server. One small file for each version. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type FeedbackWindow, feedbackWindow } from './feedback.ts'

const Pairs = z.array(z.tuple([z.string(), z.string()]))
const MOST_DAYS = 30
const DAY = 86_400_000

export interface KeptFeedback {
  open: (key: string) => FeedbackWindow
  /** Writes what has changed. */
  save: () => Promise<void>
  forget: (key: string) => Promise<void>
}

/** Keys hold addresses and names; a file's name must not. */
export const fileNameOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 32)

export const keptFeedback = (folder: string): KeptFeedback => {
  const windows = new Map<string, { window: FeedbackWindow; saved: number }>()
  const pathOf = (key: string): string => join(folder, `${fileNameOf(key)}.json`)

  const read = (path: string): z.infer<typeof Pairs> => {
    try {
      return Pairs.parse(JSON.parse(readFileSync(path, 'utf8')))
    } catch {
      return [] // none yet, or damaged: the window begins anew
    }
  }

  return {
    open: (key) => {
      const window = feedbackWindow(read(pathOf(key)))
      windows.set(key, { window, saved: window.added })
      return window
    },
    save: async () => {
      for (const [key, entry] of windows) {
        const { added } = entry.window
        if (added === entry.saved) continue
        await mkdir(folder, { recursive: true })
        const path = pathOf(key)
        await writeFile(`${path}.new`, JSON.stringify(entry.window.pairs()), { mode: 0o600 })
        await rename(`${path}.new`, path)
        entry.saved = added
      }
    },
    forget: async (key) => {
      windows.delete(key)
      await rm(pathOf(key), { force: true })
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
