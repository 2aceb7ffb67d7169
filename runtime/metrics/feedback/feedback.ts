/** Predicted against true labels, the last thousand of them: macro F1 over the classes that occur. */

const WINDOW = 1000

export interface FeedbackWindow {
  add: (predicted: string, actual: string) => void
  /** How many have ever come. */
  readonly added: number
  pairs: () => [predicted: string, actual: string][]
  /** Undefined as long as there is nothing to judge by. */
  f1: () => number | undefined
}

export const feedbackWindow = (before: readonly [string, string][] = []): FeedbackWindow => {
  const pairs = before.slice(-WINDOW).map(([predicted, actual]) => ({ predicted, actual }))
  let added = pairs.length
  return {
    add: (predicted, actual) => {
      added++
      pairs.push({ predicted, actual })
      if (pairs.length > WINDOW) pairs.shift()
    },
    get added() {
      return added
    },
    pairs: () => pairs.map(({ predicted, actual }) => [predicted, actual]),
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
