/** Spans as the OpenTelemetry protocol has them (ExportTraceServiceRequest, in protobuf). */
import { ProtoWriter } from '../protocol/protobuf/protobuf.ts'
import type { RequestRecord } from './request-record.ts'
import { randomId, type TraceContext } from './trace-context.ts'

const INTERNAL = 1
const SERVER = 2
const ERROR = 2

type Value = string | number

const attribute = (key: string, value: Value): ProtoWriter => {
  const any = new ProtoWriter()
  if (typeof value === 'string') any.bytes(1, Buffer.from(value))
  else if (Number.isInteger(value)) any.int(3, value)
  else any.double(4, value)
  return new ProtoWriter().text(1, key).message(2, any)
}

/** Nanoseconds since 1970 do not fit into a number. */
const nanoseconds = (milliseconds: number): bigint => {
  const whole = Math.floor(milliseconds)
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((milliseconds - whole) * 1e6))
}

interface Span {
  trace: TraceContext
  name: string
  kind: number
  start: number
  end: number
  attributes: Record<string, Value>
  /** Set for what failed; may be empty. */
  failure?: string
}

const writeSpan = (span: Span): ProtoWriter => {
  const writer = new ProtoWriter()
    .bytes(1, Buffer.from(span.trace.traceId, 'hex'))
    .bytes(2, Buffer.from(span.trace.spanId, 'hex'))
  if (span.trace.parentSpanId !== '') writer.bytes(4, Buffer.from(span.trace.parentSpanId, 'hex'))
  writer.text(5, span.name).int(6, span.kind).fixed64(7, nanoseconds(span.start)).fixed64(8, nanoseconds(span.end))
  for (const [key, value] of Object.entries(span.attributes)) writer.message(9, attribute(key, value))
  if (span.failure !== undefined) writer.message(15, new ProtoWriter().text(2, span.failure).int(3, ERROR))
  return writer
}

const routeOf = (record: RequestRecord): string =>
  record.model === '' ? record.path : record.path.replace(encodeURIComponent(record.model), '{model}')

const requestSpan = (record: RequestRecord, trace: TraceContext): Span => ({
  trace,
  name: record.protocol === 'grpc' ? record.path.slice(1) : `${record.method} ${routeOf(record)}`,
  kind: SERVER,
  start: record.endedAt - record.milliseconds,
  end: record.endedAt,
  attributes: {
    ...(record.protocol === 'http'
      ? { 'http.request.method': record.method, 'http.route': routeOf(record), 'url.path': record.path }
      : { 'rpc.system': 'grpc', 'rpc.method': record.path.slice(1) }),
    'http.response.status_code': record.status,
    'http.request.body.size': record.bytesIn,
    'http.response.body.size': record.bytesOut,
    'modelyard.model': record.model,
    'modelyard.version': record.version,
    'modelyard.tenant': record.tenant,
    'modelyard.request_id': record.requestId,
  },
  ...(record.status >= 500 && { failure: record.error }),
})

/** The stages follow one another; when each began is worked out from how long they took. */
const stageSpans = (record: RequestRecord, trace: TraceContext): Span[] => {
  const { stages } = record
  if (!stages) return []
  const inside = (name: string, start: number, length: number, attributes: Record<string, Value>): Span => ({
    trace: { traceId: trace.traceId, parentSpanId: trace.spanId, spanId: randomId(8) },
    name,
    kind: INTERNAL,
    start,
    end: start + length,
    attributes,
  })
  const queued = record.endedAt - record.milliseconds + record.receivedIn
  const parsed = queued + stages.queue + stages.parse
  return [
    inside('queue', queued, stages.queue, {}),
    inside('parse', queued + stages.queue, stages.parse, {}),
    inside('run', parsed, stages.run, { 'modelyard.batch_rows': stages.batchRows }),
    inside('serialize', parsed + stages.run, stages.serialize, {}),
  ]
}

export const spansPerRecord = (record: RequestRecord): number => (record.stages ? 5 : 1)

export const encodeSpans = (
  resource: Record<string, string>,
  scope: { name: string; version: string },
  records: readonly RequestRecord[],
): Buffer => {
  const scoped = new ProtoWriter().message(1, new ProtoWriter().text(1, scope.name).text(2, scope.version))
  for (const record of records) {
    const { trace } = record
    if (!trace) continue
    for (const span of [requestSpan(record, trace), ...stageSpans(record, trace)]) scoped.message(2, writeSpan(span))
  }
  const described = new ProtoWriter()
  for (const [key, value] of Object.entries(resource)) described.message(1, attribute(key, value))
  return new ProtoWriter().message(1, new ProtoWriter().message(1, described).message(2, scoped)).finish()
}
