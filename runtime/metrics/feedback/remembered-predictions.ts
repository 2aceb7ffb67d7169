/**
 * The labels that were predicted for recent requests, for feedback to be held against. They are written to two files in
 * turn, so that an engine that is started again knows what the one before it said, but for the last second.
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const REMEMBERED = 20_000
const PER_FILE = REMEMBERED / 2
/** More than that in one file was not written by us. */
const MAX_BYTES = 16_777_216
const SEPARATOR = '\0'
const END = '\n'

export interface RememberedPredictions {
  add: (request: string, label: string) => void
  labelOf: (request: string) => string | undefined
  /** Writes down what came since last time. */
  save: () => void
}

const pairsIn = (path: string): string[] => {
  try {
    if (statSync(path).size > MAX_BYTES) return []
    // What follows the last end of a line was cut off by a crash.
    return readFileSync(path, 'utf8').split(END).slice(0, -1)
  } catch {
    return [] // nothing has been written yet
  }
}

/** `folder` is empty for predictions that need not outlive their engine. */
export const rememberedPredictions = (folder: string): RememberedPredictions => {
  const labels = new Map<string, string>()
  const current = join(folder, 'current')
  const before = join(folder, 'before')
  let unsaved: string[] = []
  let written = 0
  let writable = folder !== ''

  const remember = (request: string, label: string): void => {
    labels.set(request, label)
    if (labels.size <= REMEMBERED) return
    const oldest = labels.keys().next().value
    if (oldest !== undefined) labels.delete(oldest)
  }

  if (writable) {
    const recent = pairsIn(current)
    written = recent.length
    for (const pair of [...pairsIn(before), ...recent]) {
      const [request = '', label = ''] = pair.split(SEPARATOR)
      remember(request, label)
    }
  }

  const save = (): void => {
    if (!writable || unsaved.length === 0) return
    const lines = unsaved.slice(-PER_FILE)
    unsaved = []
    try {
      mkdirSync(folder, { recursive: true })
      if (written >= PER_FILE) {
        renameSync(current, before)
        written = 0
      }
      appendFileSync(current, lines.join(''), { mode: 0o600 })
      written += lines.length
    } catch {
      writable = false // a full disk must not stop the answers; feedback then reaches back to the last start only
    }
  }

  return {
    add: (request, label) => {
      remember(request, label)
      if (!writable || request.includes(END) || request.includes(SEPARATOR)) return
      unsaved.push(`${request}${SEPARATOR}${label.replaceAll(END, ' ')}${END}`)
      if (unsaved.length >= 2 * PER_FILE) unsaved = unsaved.slice(-PER_FILE)
    },
    labelOf: (request) => labels.get(request),
    save,
  }
}
