/** Keeps the engines' memory within a budget: the model that was asked longest ago is set aside until it is asked again. */

import type { RequestStats } from '../metrics/request-stats.ts'
import { residentBytes } from '../models/validate.ts'
import type { ModelEntry } from './model-entry.ts'

export interface MemoryBudget {
  /** Called now and then with what the acceptors have counted. */
  enforce: (stats: readonly RequestStats[]) => void
}

const requestsOf = (stats: readonly RequestStats[], model: string): number =>
  stats
    .filter((each) => each.model === model)
    .reduce((sum, each) => sum + Object.values(each.codes).reduce((all, count) => all + count, 0), 0)

export const engineBytes = (entry: ModelEntry): number =>
  entry.loaded.reduce((sum, each) => sum + residentBytes(each.supervised?.engine?.pid), 0)

export const memoryBudget = (
  budgetBytes: number,
  entries: () => ModelEntry[],
  log: (event: string, details: Record<string, unknown>) => void,
): MemoryBudget => {
  const seen = new Map<string, { requests: number; usedAt: number }>()

  const usedAt = (entry: ModelEntry, stats: readonly RequestStats[]): number => {
    const requests = requestsOf(stats, entry.name)
    const before = seen.get(entry.name)
    if (before && before.requests === requests) return before.usedAt
    const now = { requests, usedAt: Date.now() }
    seen.set(entry.name, now)
    return now.usedAt
  }

  return {
    enforce: (stats) => {
      const all = entries().map((entry) => ({ entry, bytes: engineBytes(entry), usedAt: usedAt(entry, stats) }))
      for (const name of seen.keys()) if (!all.some(({ entry }) => entry.name === name)) seen.delete(name)
      let excess = all.reduce((sum, each) => sum + each.bytes, 0) - budgetBytes
      const candidates = all
        .filter(({ entry, bytes }) => bytes > 0 && !entry.spec.pinned && entry.isSettled)
        .sort((a, b) => a.usedAt - b.usedAt)
      // The one that was used last stays, however large it is.
      for (const { entry, bytes } of candidates.slice(0, -1)) {
        if (excess <= 0) return
        log('model set aside', { model: entry.name, megabytes: Math.round(bytes / 1_048_576) })
        entry.setAside()
        excess -= bytes
      }
    },
  }
}
