/** Prometheus' text format, written by hand: the counts are kept elsewhere and only have to be printed. */
import { type Family, type HistogramSeries, isEmpty, type LabelSet } from './families.ts'

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const line = (name: string, labels: LabelSet, value: number): string => {
  const text = Object.entries(labels)
    .map(([key, each]) => `${key}="${escaped(each)}"`)
    .join(',')
  const number = Number.isNaN(value) ? 'NaN' : value === Number.POSITIVE_INFINITY ? '+Inf' : String(value)
  return `${name}${text === '' ? '' : `{${text}}`} ${number}\n`
}

const histogramLines = (name: string, bounds: readonly number[], { labels, data }: HistogramSeries): string => {
  let cumulative = 0
  let out = ''
  bounds.forEach((bound, index) => {
    cumulative += data.counts[index] ?? 0
    out += line(`${name}_bucket`, { ...labels, le: String(bound) }, cumulative)
  })
  cumulative += data.counts[bounds.length] ?? 0
  out += line(`${name}_bucket`, { ...labels, le: '+Inf' }, cumulative)
  out += line(`${name}_sum`, labels, data.sum)
  return out + line(`${name}_count`, labels, cumulative)
}

const linesOf = (each: Family): string =>
  each.type === 'histogram'
    ? each.series.map((series) => histogramLines(each.name, each.bounds, series)).join('')
    : each.samples.map((sample) => line(each.name, sample.labels, sample.value)).join('')

export const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export const textOf = (families: readonly Family[]): string =>
  families
    .filter((each) => !isEmpty(each))
    .map((each) => `# HELP ${each.name} ${each.help}\n# TYPE ${each.name} ${each.type}\n${linesOf(each)}`)
    .join('')
