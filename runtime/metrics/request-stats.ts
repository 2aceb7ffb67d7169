/** What one acceptor counts for one version of a model; plain numbers, so that counting costs nothing. */
import { NATIVE_BUCKETS, nativeIndex } from './native-buckets.ts'

export const SECONDS_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const
export const ROWS_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256] as const

export interface HistogramData {
  /** One count for each bucket and one for what lies above; not cumulative. */
  counts: number[]
  sum: number
  /** The same values in finer buckets, for what is a time. */
  native: Float64Array | undefined
}

export interface RequestStats {
  model: string
  version: string
  tenant: string
  codes: Record<string, number>
  duration: HistogramData
  queue: HistogramData
  batchRows: HistogramData
  runSeconds: number
  runs: number
  bytesIn: number
  bytesOut: number
  shadowCompared: number
  shadowDiffered: number
  /** By the reason why they were not asked. */
  shadowSkipped: Record<string, number>
}

const histogram = (buckets: readonly number[], native = false): HistogramData => ({
  counts: new Array(buckets.length + 1).fill(0),
  sum: 0,
  native: native ? new Float64Array(NATIVE_BUCKETS) : undefined,
})

export const requestStats = (model: string, version: string, tenant: string): RequestStats => ({
  model,
  version,
  tenant,
  codes: {},
  duration: histogram(SECONDS_BUCKETS, true),
  queue: histogram(SECONDS_BUCKETS, true),
  batchRows: histogram(ROWS_BUCKETS),
  runSeconds: 0,
  runs: 0,
  bytesIn: 0,
  bytesOut: 0,
  shadowCompared: 0,
  shadowDiffered: 0,
  shadowSkipped: {},
})

export const observe = (data: HistogramData, buckets: readonly number[], value: number): void => {
  let index = 0
  while (index < buckets.length && value > (buckets[index] ?? Number.POSITIVE_INFINITY)) index++
  data.counts[index] = (data.counts[index] ?? 0) + 1
  data.sum += value
  const { native } = data
  if (native) {
    const fine = nativeIndex(value)
    native[fine] = (native[fine] ?? 0) + 1
  }
}

const addHistogram = (into: HistogramData, more: HistogramData): void => {
  more.counts.forEach((count, index) => {
    into.counts[index] = (into.counts[index] ?? 0) + count
  })
  into.sum += more.sum
  const { native } = into
  if (native) {
    more.native?.forEach((count, index) => {
      native[index] = (native[index] ?? 0) + count
    })
  }
}

export const addCounts = (into: Record<string, number>, more: Record<string, number>): void => {
  for (const [key, count] of Object.entries(more)) into[key] = (into[key] ?? 0) + count
}

export const keyOf = (stats: { model: string; version: string; tenant: string }): string =>
  `${stats.tenant}\n${stats.model}\n${stats.version}`

/** The acceptors' counts as one. */
export const mergeStats = (all: readonly RequestStats[]): RequestStats[] => {
  const merged = new Map<string, RequestStats>()
  for (const each of all) {
    const key = keyOf(each)
    const into = merged.get(key) ?? requestStats(each.model, each.version, each.tenant)
    merged.set(key, into)
    addCounts(into.codes, each.codes)
    addCounts(into.shadowSkipped, each.shadowSkipped)
    addHistogram(into.duration, each.duration)
    addHistogram(into.queue, each.queue)
    addHistogram(into.batchRows, each.batchRows)
    into.runSeconds += each.runSeconds
    into.runs += each.runs
    into.bytesIn += each.bytesIn
    into.bytesOut += each.bytesOut
    into.shadowCompared += each.shadowCompared
    into.shadowDiffered += each.shadowDiffered
  }
  return [...merged.values()]
}
