/** The statistics extension of the protocol, from the counts kept for Prometheus. */
import type { HistogramData, RequestStats } from './request-stats.ts'

const total = (data: HistogramData): number => data.counts.reduce((sum, count) => sum + count, 0)
const duration = (count: number, seconds: number) => ({ count, ns: Math.round(seconds * 1e9) })

export const statistics = (all: readonly RequestStats[], model: string, version: string) => ({
  model_stats: all
    .filter(
      (each) =>
        each.version !== '' && (model === '' || each.model === model) && (version === '' || each.version === version),
    )
    .map((each) => {
      const succeeded = each.codes['200'] ?? 0
      const requests = Object.values(each.codes).reduce((sum, count) => sum + count, 0)
      return {
        name: each.model,
        version: each.version,
        inference_count: succeeded,
        execution_count: each.runs,
        inference_stats: {
          success: duration(succeeded, each.duration.sum),
          fail: duration(requests - succeeded, 0),
          queue: duration(total(each.queue), each.queue.sum),
          compute_infer: duration(each.runs, each.runSeconds),
        },
      }
    }),
})
