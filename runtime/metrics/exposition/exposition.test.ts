import { expect, it } from 'vitest'
import { ProtoReader } from '../../protocol/protobuf/protobuf.ts'
import { observe, requestStats, SECONDS_BUCKETS } from '../request-stats.ts'
import { family } from './families.ts'
import { prefersProtobuf, protobufOf } from './protobuf.ts'
import { textOf } from './text.ts'

const timesOf = (...values: number[]) => {
  const { duration } = requestStats('m', '1', 't')
  for (const value of values) observe(duration, SECONDS_BUCKETS, value)
  return [
    {
      name: 'd',
      help: 'Time.',
      type: 'histogram' as const,
      bounds: SECONDS_BUCKETS,
      series: [{ labels: { model: 'm' }, data: duration }],
    },
  ]
}

it('escapes what a label may hold, and leaves out what has no samples', () => {
  const labels = { label: 'a"b\\c\nd' }
  const text = textOf([family('a', 'gauge', 'A.', [{ labels, value: Number.NaN }]), family('b', 'counter', 'B.', [])])
  expect(text).toBe('# HELP a A.\n# TYPE a gauge\na{label="a\\"b\\\\c\\nd"} NaN\n')
})

it('counts classic buckets up and ends with all', () => {
  const lines = textOf(timesOf(0.0004, 0.003, 0.003, 99)).split('\n')
  expect(lines).toContain('d_bucket{model="m",le="0.001"} 1')
  expect(lines).toContain('d_bucket{model="m",le="0.005"} 3')
  expect(lines).toContain('d_bucket{model="m",le="+Inf"} 4')
  expect(lines).toContain('d_count{model="m"} 4')
})

/** Field by field as the published definition numbers them. */
const fields = (bytes: Buffer) => {
  const reader = new ProtoReader(bytes)
  const found = new Map<number, (Buffer | bigint | number)[]>()
  while (reader.next()) {
    const all = found.get(reader.field) ?? []
    found.set(reader.field, all)
    if (reader.type === 2) all.push(reader.slice())
    else if (reader.type === 0) all.push(reader.varint())
    else {
      all.push(reader.bytes.readDoubleLE(reader.position))
      reader.position += 8
    }
  }
  return found
}
const bytesIn = (found: ReturnType<typeof fields>, field: number): Buffer[] =>
  (found.get(field) ?? []).filter((each) => Buffer.isBuffer(each))
const signed = (value: bigint): number => Number((value >> 1n) ^ -(value & 1n))

it('puts every time into the native bucket it belongs to', () => {
  const values = [1e-9, 0.0001, 0.00101, 0.00102, 0.5, 0.5, 1, 4000, 9999]
  const reader = new ProtoReader(protobufOf(timesOf(...values)))
  const message = reader.slice()
  expect(reader.position).toBe(reader.end)
  const [metric] = bytesIn(fields(message), 4)
  const [histogram] = bytesIn(fields(metric ?? Buffer.alloc(0)), 7)
  const found = fields(histogram ?? Buffer.alloc(0))
  expect(found.get(1)).toEqual([BigInt(values.length)])
  expect(bytesIn(found, 3)).toHaveLength(SECONDS_BUCKETS.length)

  const packed = new ProtoReader(bytesIn(found, 13)[0] ?? Buffer.alloc(0))
  const buckets: { upper: number; count: number }[] = []
  let at = 0
  let count = 0
  for (const span of bytesIn(found, 12).map(fields)) {
    at += signed(BigInt(Number(span.get(1)?.[0])))
    for (let left = Number(span.get(2)?.[0]); left > 0; left--, at++) {
      count += signed(packed.varint())
      buckets.push({ upper: 2 ** (at / 8), count })
    }
  }
  expect(packed.position).toBe(packed.end)
  const expected = new Map<number, number>()
  for (const value of values) {
    const upper = 2 ** (Math.min(96, Math.max(-160, Math.ceil(Math.log2(value) * 8))) / 8)
    expected.set(upper, (expected.get(upper) ?? 0) + 1)
  }
  expect(new Map(buckets.map((each) => [each.upper, each.count]))).toEqual(expected)
})

it.each([
  ['', false],
  ['*/*', false],
  ['text/plain', false],
  [
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    true,
  ],
  [
    'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.3',
    false,
  ],
])('gives %j protobuf: %s', (accept, wanted) => {
  expect(prefersProtobuf(accept)).toBe(wanted)
})
