/** Gathers what the engines saw, and keeps what must outlive an engine: prediction counts, drift and feedback windows. */
import { z } from 'zod'
import type { LoadedVersion, ModelEntry } from '../control/model-entry.ts'
import { DriftState, type DriftWindow, driftWindow } from './drift.ts'
import { type Family, family, type LabelSet, type Sample } from './exposition/families.ts'
import { FeedbackState, type FeedbackWindow, feedbackWindow } from './feedback/feedback.ts'
import { keptWindows } from './kept-windows.ts'
import type { Log } from './process-metrics.ts'

const Feedback = z.object({
  id: z.string().min(1).max(200),
  label: z.union([z.string().max(200), z.number(), z.boolean()]),
})

interface Kept {
  labels: LabelSet
  dimension: 'label' | 'risk_level' | 'none'
  predictions: Map<string, number>
  drift: DriftWindow
  feedback: FeedbackWindow
  tokens: number
  residentBytes: number
}

/** Where the windows are kept. */
export interface Folders {
  feedback: string
  drift: string
}

/** Drift changes with every request: of an hour's window a crash may take the last seconds. */
const DRIFT_MILLISECONDS = 10_000

export interface ModelObserver {
  /** Asks every engine; called now and then and before each scrape. */
  gather: () => Promise<void>
  /** Asks once more, and writes down everything that is to outlive the server. */
  close: () => Promise<void>
  feedback: (model: string, body: string) => Promise<{ status: number; body: unknown }>
  metrics: () => Family[]
}

export const createModelObserver = (entries: () => ModelEntry[], folders: Folders, log: Log): ModelObserver => {
  const kept = new Map<string, Kept>()
  const feedbacks = keptWindows(folders.feedback, FeedbackState, log)
  const drifts = keptWindows(folders.drift, DriftState, log)
  let gathering: Promise<void> | undefined

  const keptFor = (entry: ModelEntry, loaded: LoadedVersion): Kept => {
    const key = keyOf(entry, loaded)
    let found = kept.get(key)
    if (!found) {
      const { tenant, monitoring } = loaded.settings
      // What is kept under this key was counted by the same profile, which is part of the wish.
      const profile = monitoring.referenceProfile ?? {}
      found = {
        labels: { tenant, model: entry.name, version: loaded.version },
        dimension: loaded.supervised?.ready?.dimension ?? 'none',
        predictions: new Map(),
        drift: drifts.open(key, (before) => driftWindow(profile, before)),
        feedback: feedbacks.open(key, feedbackWindow),
        tokens: 0,
        residentBytes: 0,
      }
      kept.set(key, found)
    }
    return found
  }

  const loadedNow = (): { entry: ModelEntry; loaded: LoadedVersion }[] =>
    entries().flatMap((entry) => entry.loaded.map((loaded) => ({ entry, loaded })))

  const gatherOne = async (entry: ModelEntry, loaded: LoadedVersion): Promise<void> => {
    if (loaded.state !== 'Ready') return
    const seen = await loaded.supervised?.engine?.observe()
    if (!seen) return
    const into = keptFor(entry, loaded)
    into.residentBytes = seen.residentBytes
    into.tokens += seen.tokens
    for (const [label, count] of Object.entries(seen.predictions)) {
      into.predictions.set(label, (into.predictions.get(label) ?? 0) + count)
    }
    if (seen.drift) into.drift.add(seen.drift, Date.now())
  }

  const gather = async (): Promise<void> => {
    const now = loadedNow()
    const keys = new Set(now.map(({ entry, loaded }) => keyOf(entry, loaded)))
    for (const key of kept.keys()) {
      if (keys.has(key)) continue
      kept.delete(key)
      await feedbacks.forget(key)
      await drifts.forget(key)
    }
    await Promise.all(now.map(({ entry, loaded }) => gatherOne(entry, loaded)))
    await feedbacks.save()
    await drifts.save(DRIFT_MILLISECONDS)
  }

  /** While a version is replaced it is loaded twice: what is shown is the one that answers, which comes first. */
  const shown = (): { entry: ModelEntry; loaded: LoadedVersion }[] => {
    const seen = new Set<string>()
    return loadedNow().filter(({ entry, loaded }) => {
      const series = `${entry.name}\n${loaded.version}`
      return !seen.has(series) && seen.add(series)
    })
  }

  const shownKept = (): Kept[] => shown().flatMap(({ entry, loaded }) => kept.get(keyOf(entry, loaded)) ?? [])

  const perVersion = (value: (loaded: LoadedVersion) => number | undefined): Sample[] =>
    shown().flatMap(({ entry, loaded }) => {
      const found = value(loaded)
      const labels = { tenant: entry.spec.tenant, model: entry.name, version: loaded.version }
      return found === undefined ? [] : [{ labels, value: found }]
    })

  const predictionSamples = (): Sample[] =>
    shownKept().flatMap((each) =>
      [...each.predictions].map(([label, value]) => ({
        labels: each.dimension === 'none' ? each.labels : { ...each.labels, [each.dimension]: label },
        value,
      })),
    )

  const gatherOnce = (): Promise<void> => {
    gathering ??= gather().finally(() => {
      gathering = undefined
    })
    return gathering
  }

  return {
    gather: gatherOnce,
    close: async () => {
      await gathering // begun before the last requests were answered
      await gatherOnce()
      await drifts.save()
    },
    feedback: async (model, body) => {
      const entry = entries().find((each) => each.name === model)
      const parsed = Feedback.safeParse(parseJson(body))
      if (!entry) return { status: 404, body: { error: `there is no model "${model}" here` } }
      if (!parsed.success) {
        return {
          status: 400,
          body: {
            error: `feedback is {"id": the request's id, "label": the true label}: ${z.prettifyError(parsed.error)}`,
          },
        }
      }
      for (const loaded of entry.loaded) {
        const predicted = await loaded.supervised?.engine?.predictedFor(parsed.data.id)
        if (predicted === undefined) continue
        keptFor(entry, loaded).feedback.add(predicted, String(parsed.data.label))
        return {
          status: 200,
          body: { id: parsed.data.id, model_version: loaded.version, predicted, label: String(parsed.data.label) },
        }
      }
      if (entry.loaded.some((loaded) => loaded.state !== 'Ready')) {
        return { status: 503, body: { error: `model "${model}" is not loaded on the whole: try again in a moment` } }
      }
      return {
        status: 404,
        body: {
          error: `no recent prediction has the id ${JSON.stringify(parsed.data.id)}: ids are kept for the last 20,000 predictions of a version`,
        },
      }
    },
    metrics: () => [
      family('predictions_total', 'counter', 'Rows predicted, by label or risk level.', predictionSamples()),
      family(
        'inference_text_tokens_total',
        'counter',
        'Token ids that a model was given, or the words of the texts, where it takes those.',
        shownKept().flatMap((each) => (each.tokens === 0 ? [] : [{ labels: each.labels, value: each.tokens }])),
      ),
      family(
        'model_f1_score',
        'gauge',
        'Macro F1 over the last 1000 predictions with feedback.',
        shownKept().flatMap((each) => {
          const value = each.feedback.f1()
          return value === undefined ? [] : [{ labels: each.labels, value }]
        }),
      ),
      family(
        'data_drift_score',
        'gauge',
        'Population stability index of a feature against the training data, over the last hour.',
        shownKept().flatMap((each) =>
          [...each.drift.scores(Date.now())].map(([feature, value]) => ({
            labels: { ...each.labels, feature },
            value,
          })),
        ),
      ),
      family(
        'model_ready',
        'gauge',
        'Whether a version can answer.',
        perVersion((loaded) => (loaded.state === 'Ready' ? 1 : 0)),
      ),
      family(
        'engine_restarts_total',
        'counter',
        'Times an engine was started again.',
        perVersion((loaded) => loaded.supervised?.restarts),
      ),
      family(
        'model_load_seconds',
        'gauge',
        'How long the last load took.',
        perVersion((loaded) => loaded.supervised?.loadSeconds),
      ),
      family(
        'engine_memory_bytes',
        'gauge',
        'Resident memory of the engine.',
        shownKept().map((each) => ({ labels: each.labels, value: each.residentBytes })),
      ),
    ],
  }
}

const keyOf = (entry: ModelEntry, loaded: LoadedVersion): string => `${entry.name}\n${loaded.wish}`

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
