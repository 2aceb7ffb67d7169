/** What is shown to Prometheus, before it is written in one of its formats. */
import type { HistogramData } from '../request-stats.ts'

export type LabelSet = Record<string, string>

export interface Sample {
  labels: LabelSet
  value: number
}

export interface HistogramSeries {
  labels: LabelSet
  data: HistogramData
}

export type Family =
  | { name: string; help: string; type: 'counter' | 'gauge'; samples: readonly Sample[] }
  | { name: string; help: string; type: 'histogram'; bounds: readonly number[]; series: readonly HistogramSeries[] }

export const family = (name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): Family => ({
  name,
  type,
  help,
  samples,
})

export const isEmpty = (each: Family): boolean =>
  each.type === 'histogram' ? each.series.length === 0 : each.samples.length === 0
