/**
 * Did the neighbour suffer? It is asked in turns: alone, while hostile models are tried, alone again. What others do on
 * this machine comes and goes over all turns alike, so the comparison holds on a busy machine too.
 */
import { median } from '../bench/measure/statistics.ts'

/** Below this nobody suffers, whatever the ratio: on a busy machine a core is not free at once. */
const HARMLESS_MILLISECONDS = 10
const MOST_TIMES = 2
/** The share of turns in which it must have waited longer than alone: a burst of somebody else's is in one or two. */
const CONSISTENTLY = 0.75
/** Fewer say nothing: any one of them may have met a burst. */
const LEAST_TURNS = 6

export interface Judgement {
  /** How many times longer it waited than alone, in the middle one of the turns. */
  ratio: number
  fault: string | undefined
}

/** The waits (p99) of the turns; `quiet` has one more, since it comes first and last. */
export const judge = (quiet: readonly number[], busy: readonly number[]): Judgement => {
  // The longer of the waits before and after: what began or ended in between was there for a part of it.
  const ratios = busy.map((wait, at) => wait / Math.max(quiet[at] ?? 0, quiet[at + 1] ?? 0))
  const ratio = median(ratios)
  const longer = ratios.filter((each) => each > 1).length
  const consistently = ratios.length >= LEAST_TURNS && longer >= CONSISTENTLY * ratios.length
  const suffers = ratio > MOST_TIMES && median(busy) > HARMLESS_MILLISECONDS && consistently
  const fault = `the neighbour waited ${ratio.toFixed(1)} times as long as alone, and longer in ${longer} of ${ratios.length} turns`
  return { ratio, fault: suffers ? fault : undefined }
}
