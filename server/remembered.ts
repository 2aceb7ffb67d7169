/**
 * Answers that every request asks for, remembered for a few seconds: of those who ask at once, one asks. What fails is
 * not remembered, nor is what `keep` does not want. The oldest go first when there are too many.
 */
type Options<Value> = {
  milliseconds: number
  most: number
  now: () => number
  keep?: (value: Value) => boolean
}

export function remembered<Value>(
  load: (key: string) => Promise<Value>,
  { milliseconds, most, now, keep = () => true }: Options<Value>,
) {
  const known = new Map<string, { answer: Promise<Value>; until: number }>()

  return {
    of(key: string): Promise<Value> {
      const before = known.get(key)
      if (before && before.until > now()) return before.answer
      const answer = load(key)
      const forgetAgain = () => {
        if (known.get(key)?.answer === answer) known.delete(key)
      }
      known.delete(key)
      known.set(key, { answer, until: now() + milliseconds })
      if (known.size > most) known.delete(known.keys().next().value ?? '')
      answer.then((value) => keep(value) || forgetAgain(), forgetAgain)
      return answer
    },
    /** After a change: of one, or of all. */
    forget(key?: string): void {
      if (key === undefined) known.clear()
      else known.delete(key)
    },
  }
}
