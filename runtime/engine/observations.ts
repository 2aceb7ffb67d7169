/** What an engine has seen since it was last asked: predictions by label, drift counts, and recent labels by request. */

import type { Monitoring } from '#server/contracts/inference/monitoring.ts'
import type { Tensor } from '../protocol/datatypes.ts'
import { type DriftCounter, driftCounter } from './drift-counter.ts'
import type { LabelReader } from './labels.ts'

const MAX_LABELS = 100
const REMEMBERED = 20_000

export interface Observed {
  predictions: Record<string, number>
  drift: Record<string, number[]> | undefined
}

export interface Observations {
  observe: (name: string, inputs: readonly Tensor[], outputs: readonly Tensor[]) => void
  flush: () => Observed | undefined
  /** The label that was predicted for a request not long ago. */
  predictedFor: (name: string) => string | undefined
}

export const observations = (reader: LabelReader, monitoring: Monitoring): Observations => {
  const drift: DriftCounter = driftCounter(monitoring.referenceProfile ?? {})
  const known = new Set(reader.labels)
  const counts = new Map<string, number>()
  const remembered = new Map<string, string>()

  // A model may answer with any text; Prometheus must not get a series for each.
  const bounded = (label: string): string => {
    if (known.has(label)) return label
    if (known.size >= MAX_LABELS) return 'other'
    known.add(label)
    return label
  }

  const remember = (name: string, label: string): void => {
    remembered.set(name, label)
    if (remembered.size <= REMEMBERED) return
    const oldest = remembered.keys().next().value
    if (oldest !== undefined) remembered.delete(oldest)
  }

  return {
    observe: (name, inputs, outputs) => {
      drift.count(inputs)
      if (reader.dimension === 'none') {
        counts.set('', (counts.get('') ?? 0) + (outputs[0]?.shape[0] ?? 1))
        return
      }
      for (const each of reader.counted(outputs)) {
        const label = bounded(each)
        counts.set(label, (counts.get(label) ?? 0) + 1)
      }
      const label = reader.predictions(outputs)[0]?.label
      if (label !== undefined) remember(name, label)
    },
    flush: () => {
      const drifted = drift.flush()
      if (counts.size === 0 && !drifted) return undefined
      const predictions = Object.fromEntries(counts)
      counts.clear()
      return { predictions, drift: drifted }
    },
    predictedFor: (name) => remembered.get(name),
  }
}
