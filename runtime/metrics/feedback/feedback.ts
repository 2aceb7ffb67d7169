/** Predicted against true labels, the last thousand of them: macro F1 over the classes that occur. */
import { z } from 'zod'
import type { Window } from '../kept-windows.ts'

const WINDOW = 1000

/** Predicted and true. */
export const FeedbackState = z.array(z.tuple([z.string(), z.string()]))
type FeedbackState = z.infer<typeof FeedbackState>

export interface FeedbackWindow extends Window<FeedbackState> {
  add: (predicted: string, actual: string) => void
  /** Undefined as long as there is nothing to judge by. */
  f1: () => number | undefined
}

export const feedbackWindow = (before: FeedbackState = []): FeedbackWindow => {
  const pairs = before.slice(-WINDOW).map(([predicted, actual]) => ({ predicted, actual }))
  let changes = 0
  return {
    add: (predicted, actual) => {
      changes++
      pairs.push({ predicted, actual })
      if (pairs.length > WINDOW) pairs.shift()
    },
    get changes() {
      return changes
    },
    state: () => pairs.map(({ predicted, actual }) => [predicted, actual]),
    f1: () => {
      if (pairs.length === 0) return undefined
      const classes = new Set(pairs.flatMap(({ predicted, actual }) => [predicted, actual]))
      let sum = 0
      for (const label of classes) {
        const hits = pairs.filter((pair) => pair.predicted === label && pair.actual === label).length
        const predicted = pairs.filter((pair) => pair.predicted === label).length
        const actual = pairs.filter((pair) => pair.actual === label).length
        sum += (2 * hits) / (predicted + actual)
      }
      return sum / classes.size
    },
  }
}
