/** Everything that is counted per request. */
import { type Family, family, type LabelSet } from './exposition/families.ts'
import { type HistogramData, type RequestStats, ROWS_BUCKETS, SECONDS_BUCKETS } from './request-stats.ts'

const labelsOf = (stats: RequestStats): LabelSet => ({
  tenant: stats.tenant,
  model: stats.model,
  version: stats.version,
})

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, count) => all + count, 0)

const counter = (
  stats: readonly RequestStats[],
  name: string,
  help: string,
  value: (each: RequestStats) => number,
): Family =>
  family(
    name,
    'counter',
    help,
    stats.map((each) => ({ labels: labelsOf(each), value: value(each) })),
  )

export const requestFamilies = (all: readonly RequestStats[]): Family[] => {
  const served = all.filter((each) => each.version !== '')
  const shadows = served.filter((each) => each.shadowCompared + sum(each.shadowSkipped) > 0)
  const histogram = (
    name: string,
    help: string,
    bounds: readonly number[],
    pick: (each: RequestStats) => HistogramData,
  ): Family => ({
    name,
    help,
    type: 'histogram',
    bounds,
    series: served.map((each) => ({ labels: labelsOf(each), data: pick(each) })),
  })
  return [
    family(
      'http_requests_total',
      'counter',
      'Inference requests by the status they were answered with.',
      all.flatMap((each) =>
        Object.entries(each.codes).map(([code, value]) => ({ labels: { ...labelsOf(each), code }, value })),
      ),
    ),
    histogram(
      'http_request_duration_seconds',
      'Time from the head of a request to its answer.',
      SECONDS_BUCKETS,
      (each) => each.duration,
    ),
    histogram(
      'inference_queue_duration_seconds',
      'Time a request waited for its engine.',
      SECONDS_BUCKETS,
      (each) => each.queue,
    ),
    histogram('inference_batch_rows', 'Rows in the batch a request ran in.', ROWS_BUCKETS, (each) => each.batchRows),
    counter(
      served,
      'inference_run_seconds_total',
      'Time requests spent running, batches counted for each member.',
      (each) => each.runSeconds,
    ),
    counter(served, 'http_request_bytes_total', 'Bytes of request bodies.', (each) => each.bytesIn),
    counter(served, 'http_response_bytes_total', 'Bytes of answers.', (each) => each.bytesOut),
    counter(
      shadows,
      'shadow_compared_total',
      'Answers of a shadow version that were compared.',
      (each) => each.shadowCompared,
    ),
    counter(
      shadows,
      'shadow_differed_total',
      'Answers of a shadow version that differed.',
      (each) => each.shadowDiffered,
    ),
    family(
      'shadow_skipped_total',
      'counter',
      'Requests that were not sent to a shadow version: it was busy, or there was no room to keep the body longer.',
      shadows.flatMap((each) =>
        Object.entries(each.shadowSkipped).map(([reason, value]) => ({ labels: { ...labelsOf(each), reason }, value })),
      ),
    ),
  ]
}
