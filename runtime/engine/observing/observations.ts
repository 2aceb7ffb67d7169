/** What an engine has seen since it was last asked: predictions by label, drift counts, and recent labels by request. */

import type { Monitoring } from '#server/contracts/inference/monitoring.ts'
import type { RememberedPredictions } from '../../metrics/feedback/remembered-predictions.ts'
import type { CountTokens } from '../../metrics/text-tokens.ts'
import type { Tensor } from '../../protocol/datatypes.ts'
import { type DriftCounter, driftCounter } from './drift-counter.ts'
import type { LabelReader } from './labels.ts'

const MAX_LABELS = 100

export interface Observed {
  predictions: Record<string, number>
  drift: Record<string, number[]> | undefined
  tokens: number
}

export interface Observations {
  /** Only rows are counted: nothing is looked at. */
  readonly plain: boolean
  countRows: (rows: number) => void
  observe: (name: string, inputs: readonly Tensor[], outputs: readonly Tensor[]) => void
  flush: () => Observed | undefined
  /** The label that was predicted for a request not long ago. */
  predictedFor: (name: string) => string | undefined
}

export const observations = (
  reader: LabelReader,
  monitoring: Monitoring,
  remembered: RememberedPredictions,
  countTokens: CountTokens | undefined,
): Observations => {
  const drift: DriftCounter = driftCounter(monitoring.referenceProfile ?? {})
  const known = new Set(reader.labels)
  const counts = new Map<string, number>()
  let tokens = 0

  // A model may answer with any text; Prometheus must not get a series for each.
  const bounded = (label: string): string => {
    if (known.has(label)) return label
    if (known.size >= MAX_LABELS) return 'other'
    known.add(label)
    return label
  }

  const countRows = (rows: number): void => {
    counts.set('', (counts.get('') ?? 0) + rows)
  }

  return {
    plain: reader.dimension === 'none' && monitoring.referenceProfile === undefined && countTokens === undefined,
    countRows,
    observe: (name, inputs, outputs) => {
      drift.count(inputs)
      if (countTokens) tokens += countTokens(inputs)
      if (reader.dimension === 'none') {
        countRows(outputs[0]?.shape[0] ?? 1)
        return
      }
      for (const each of reader.counted(outputs)) {
        const label = bounded(each)
        counts.set(label, (counts.get(label) ?? 0) + 1)
      }
      const label = reader.predictions(outputs)[0]?.label
      if (label !== undefined) remembered.add(name, label)
    },
    flush: () => {
      remembered.save()
      const drifted = drift.flush()
      if (counts.size === 0 && !drifted) return undefined
      const predictions = Object.fromEntries(counts)
      counts.clear()
      const counted = tokens
      tokens = 0
      return { predictions, drift: drifted, tokens: counted }
    },
    predictedFor: remembered.labelOf,
  }
}
