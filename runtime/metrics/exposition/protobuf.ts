/**
 * Prometheus' protobuf format (io.prometheus.client.MetricFamily, each behind its length): the one way in which its
 * native histograms are scraped. Classic buckets are in it too, for servers that keep those.
 */
import { ProtoWriter, varintBytes } from '../../protocol/protobuf/protobuf.ts'
import { FIRST_NATIVE, NATIVE_SCHEMA } from '../native-buckets.ts'
import type { HistogramData } from '../request-stats.ts'
import { type Family, isEmpty, type LabelSet } from './families.ts'

export const PROTOBUF_TYPE =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited'

const COUNTER = 0
const GAUGE = 1
const HISTOGRAM = 4
/** Everything that is counted is larger; a threshold is what tells a native histogram without samples from none. */
const ZERO_THRESHOLD = 1e-9

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)

/** Runs of buckets that follow one another, and in them each count as the difference to the one before. */
const writeNative = (writer: ProtoWriter, native: Float64Array): void => {
  writer.int(5, zigzag(NATIVE_SCHEMA)).double(6, ZERO_THRESHOLD).int(7, 0)
  const deltas: number[] = []
  let before = 0
  let end = 0
  for (let at = 0; at < native.length; at++) {
    if (!native[at]) continue
    const from = at
    for (let count = native[at]; count; count = native[++at]) {
      deltas.push(zigzag(count - before))
      before = count
    }
    const offset = end === 0 ? from + FIRST_NATIVE : from - end
    writer.message(12, new ProtoWriter().int(1, zigzag(offset)).int(2, at - from))
    end = at
  }
  writer.packed(13, deltas)
}

const histogram = (data: HistogramData, bounds: readonly number[]): ProtoWriter => {
  const writer = new ProtoWriter()
  let cumulative = 0
  const buckets = bounds.map((bound, index) => {
    cumulative += data.counts[index] ?? 0
    return new ProtoWriter().int(1, cumulative).double(2, bound)
  })
  cumulative += data.counts[bounds.length] ?? 0
  writer.int(1, cumulative).double(2, data.sum)
  for (const bucket of buckets) writer.message(3, bucket)
  if (data.native) writeNative(writer, data.native)
  return writer
}

const labelled = (labels: LabelSet): ProtoWriter => {
  const metric = new ProtoWriter()
  for (const [name, value] of Object.entries(labels)) {
    metric.message(1, new ProtoWriter().text(1, name).text(2, value))
  }
  return metric
}

const messageOf = (each: Family): Buffer => {
  const writer = new ProtoWriter().text(1, each.name).text(2, each.help)
  if (each.type === 'histogram') {
    writer.int(3, HISTOGRAM)
    for (const { labels, data } of each.series)
      writer.message(4, labelled(labels).message(7, histogram(data, each.bounds)))
  } else {
    writer.int(3, each.type === 'counter' ? COUNTER : GAUGE)
    const field = each.type === 'counter' ? 3 : 2
    for (const { labels, value } of each.samples) {
      writer.message(4, labelled(labels).message(field, new ProtoWriter().double(1, value)))
    }
  }
  return writer.finish()
}

export const protobufOf = (families: readonly Family[]): Buffer =>
  Buffer.concat(
    families
      .filter((each) => !isEmpty(each))
      .map(messageOf)
      .flatMap((message) => [varintBytes(message.length), message]),
  )

/** Whether a scraper would rather have this than text: Prometheus does when its native histograms are switched on. */
export const prefersProtobuf = (accept: string): boolean => {
  const weight = (pattern: RegExp): number => {
    const offer = accept.split(',').find((each) => pattern.test(each))
    if (offer === undefined) return 0
    return Number(/;\s*q=([\d.]+)/.exec(offer)?.[1] ?? 1)
  }
  const protobuf = weight(/application\/vnd\.google\.protobuf.*MetricFamily.*encoding=delimited/)
  return protobuf > 0 && protobuf >= weight(/text\/plain/)
}
