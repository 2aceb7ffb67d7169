/** Prometheus text format, written by hand: the counts are kept elsewhere and only have to be printed. */
import { type HistogramData, type RequestStats, ROWS_BUCKETS, SECONDS_BUCKETS } from './request-stats.ts'

export type LabelSet = Record<string, string>

export interface Sample {
  labels: LabelSet
  value: number
}

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const line = (name: string, labels: LabelSet, value: number): string => {
  const text = Object.entries(labels)
    .map(([key, each]) => `${key}="${escaped(each)}"`)
    .join(',')
  const number = Number.isNaN(value) ? 'NaN' : value === Number.POSITIVE_INFINITY ? '+Inf' : String(value)
  return `${name}${text === '' ? '' : `{${text}}`} ${number}\n`
}

export const family = (name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string =>
  samples.length === 0
    ? ''
    : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map((each) => line(name, each.labels, each.value)).join('')}`

const histogramFamily = (
  name: string,
  help: string,
  buckets: readonly number[],
  series: readonly { labels: LabelSet; data: HistogramData }[],
): string => {
  if (series.length === 0) return ''
  let out = `# HELP ${name} ${help}\n# TYPE ${name} histogram\n`
  for (const { labels, data } of series) {
    let cumulative = 0
    buckets.forEach((bound, index) => {
      cumulative += data.counts[index] ?? 0
      out += line(`${name}_bucket`, { ...labels, le: String(bound) }, cumulative)
    })
    cumulative += data.counts[buckets.length] ?? 0
    out += line(`${name}_bucket`, { ...labels, le: '+Inf' }, cumulative)
    out += line(`${name}_sum`, labels, data.sum)
    out += line(`${name}_count`, labels, cumulative)
  }
  return out
}

const labelsOf = (stats: RequestStats): LabelSet => ({
  tenant: stats.tenant,
  model: stats.model,
  version: stats.version,
})

const counter = (
  stats: readonly RequestStats[],
  name: string,
  help: string,
  value: (each: RequestStats) => number,
): string =>
  family(
    name,
    'counter',
    help,
    stats.map((each) => ({ labels: labelsOf(each), value: value(each) })),
  )

/** Everything that is counted per request. */
export const requestMetrics = (all: readonly RequestStats[]): string => {
  const served = all.filter((each) => each.version !== '')
  const shadows = served.filter((each) => each.shadowCompared > 0)
  const series = (pick: (each: RequestStats) => HistogramData) =>
    served.map((each) => ({ labels: labelsOf(each), data: pick(each) }))
  return [
    family(
      'http_requests_total',
      'counter',
      'Inference requests by the status they were answered with.',
      all.flatMap((each) =>
        Object.entries(each.codes).map(([code, value]) => ({ labels: { ...labelsOf(each), code }, value })),
      ),
    ),
    histogramFamily(
      'http_request_duration_seconds',
      'Time from the head of a request to its answer.',
      SECONDS_BUCKETS,
      series((each) => each.duration),
    ),
    histogramFamily(
      'inference_queue_duration_seconds',
      'Time a request waited for its engine.',
      SECONDS_BUCKETS,
      series((each) => each.queue),
    ),
    histogramFamily(
      'inference_batch_rows',
      'Rows in the batch a request ran in.',
      ROWS_BUCKETS,
      series((each) => each.batchRows),
    ),
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
  ].join('')
}
