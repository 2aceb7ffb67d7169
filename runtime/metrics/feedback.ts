/** Predicted against true labels, the last thousand of them: macro F1 over the classes that occur. */

const WINDOW = 1000

export interface FeedbackWindow {
  add: (predicted: string, actual: string) => void
  readonly size: number
  /** Undefined as long as there is nothing to judge by. */
  f1: () => number | undefined
}

export const feedbackWindow = (): FeedbackWindow => {
  const pairs: { predicted: string; actual: string }[] = []
  return {
    add: (predicted, actual) => {
      pairs.push({ predicted, actual })
      if (pairs.length > WINDOW) pairs.shift()
    },
    get size() {
      return pairs.length
    },
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
