/**
 * How far what comes in has moved from what the model was trained on: the population stability index of each feature,
 * over a window that forgets. Above 0.1 is worth a look, above 0.25 is another world.
 */
import { z } from 'zod'
import type { ReferenceFeature, ReferenceProfile } from '#server/contracts/inference/monitoring.ts'
import type { Window } from './kept-windows.ts'

const SLICES = 12
const SLICE_MILLISECONDS = 300_000
const LEAST_ELEMENTS = 30
/** Empty bins would make the index infinite. */
const FLOOR = 1e-4

export const referenceShares = (feature: ReferenceFeature): number[] => {
  if ('edges' in feature) return feature.shares
  const shares = Object.values(feature.categories)
  return [...shares, Math.max(0, 1 - shares.reduce((sum, share) => sum + share, 0))]
}

export const populationStability = (expected: readonly number[], counts: readonly number[]): number => {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const reference = expected.reduce((sum, share) => sum + share, 0) || 1
  return expected.reduce((sum, share, bin) => {
    const before = Math.max(share / reference, FLOOR)
    const now = Math.max((counts[bin] ?? 0) / total, FLOOR)
    return sum + (now - before) * Math.log(now / before)
  }, 0)
}

/** The slices of the window: when each began, and what was counted by feature. */
export const DriftState = z.array(z.tuple([z.number(), z.record(z.string(), z.array(z.number().nonnegative()))]))
type DriftState = z.infer<typeof DriftState>

export interface DriftWindow extends Window<DriftState> {
  add: (counts: Record<string, number[]>, now: number) => void
  /** By feature; features seen too seldom are left out. */
  scores: (now: number) => Map<string, number>
}

export const driftWindow = (profile: ReferenceProfile, before: DriftState = []): DriftWindow => {
  let slices = before.map(([started, counts]) => ({ started, counts: new Map(Object.entries(counts)) }))
  let changes = 0

  const current = (now: number): Map<string, number[]> => {
    // One of the future was written before the clock was put back.
    slices = slices.filter(({ started }) => started <= now && now - started < SLICES * SLICE_MILLISECONDS)
    const last = slices.at(-1)
    if (last && now - last.started < SLICE_MILLISECONDS) return last.counts
    const counts: Map<string, number[]> = new Map()
    slices.push({ started: now, counts })
    return counts
  }

  return {
    get changes() {
      return changes
    },
    state: () => slices.map(({ started, counts }) => [started, Object.fromEntries(counts)]),
    add: (counts, now) => {
      const slice = current(now)
      changes++
      for (const [feature, bins] of Object.entries(counts)) {
        if (!Object.hasOwn(profile, feature)) continue
        const sum = slice.get(feature) ?? bins.map(() => 0)
        slice.set(
          feature,
          sum.map((count, bin) => count + (bins[bin] ?? 0)),
        )
      }
    },
    scores: (now) => {
      current(now)
      const scores = new Map<string, number>()
      for (const [name, feature] of Object.entries(profile)) {
        const expected = referenceShares(feature)
        const counts = expected.map((_, bin) =>
          slices.reduce((sum, slice) => sum + (slice.counts.get(name)?.[bin] ?? 0), 0),
        )
        const seen = counts.reduce((sum, count) => sum + count, 0)
        if (seen >= LEAST_ELEMENTS) scores.set(name, populationStability(expected, counts))
      }
      return scores
    },
  }
}
