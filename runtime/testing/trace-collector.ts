/** What a collector sees: spans, by the field numbers of the published OpenTelemetry definitions. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { ProtoReader } from '../protocol/protobuf/protobuf.ts'

export interface SeenSpan {
  traceId: string
  spanId: string
  parent: string
  name: string
  kind: number
  start: bigint
  end: bigint
  attributes: Record<string, string | number>
  failed: boolean
}

const anyValue = (reader: ProtoReader): string | number => {
  let value: string | number = ''
  while (reader.next()) {
    if (reader.field === 1) value = reader.text()
    else if (reader.field === 3) value = Number(reader.int64())
    else {
      value = reader.bytes.readDoubleLE(reader.position)
      reader.skip()
    }
  }
  return value
}

const attributeOf = (reader: ProtoReader): [string, string | number] => {
  let key = ''
  let value: string | number = ''
  while (reader.next()) {
    if (reader.field === 1) key = reader.text()
    else value = anyValue(reader.message())
  }
  return [key, value]
}

const fixed64 = (reader: ProtoReader): bigint => {
  const value = reader.bytes.readBigUInt64LE(reader.position)
  reader.skip()
  return value
}

const spanOf = (reader: ProtoReader): SeenSpan => {
  const span: SeenSpan = {
    traceId: '',
    spanId: '',
    parent: '',
    name: '',
    kind: 0,
    start: 0n,
    end: 0n,
    attributes: {},
    failed: false,
  }
  while (reader.next()) {
    if (reader.field === 1) span.traceId = reader.slice().toString('hex')
    else if (reader.field === 2) span.spanId = reader.slice().toString('hex')
    else if (reader.field === 4) span.parent = reader.slice().toString('hex')
    else if (reader.field === 5) span.name = reader.text()
    else if (reader.field === 6) span.kind = Number(reader.varint())
    else if (reader.field === 7) span.start = fixed64(reader)
    else if (reader.field === 8) span.end = fixed64(reader)
    else if (reader.field === 9) {
      const [key, value] = attributeOf(reader.message())
      span.attributes[key] = value
    } else if (reader.field === 15) {
      span.failed = true
      reader.skip()
    } else reader.skip()
  }
  return span
}

/** All messages under a path of fields. */
const under = (bytes: Buffer, [field, ...rest]: readonly number[]): Buffer[] => {
  if (field === undefined) return [bytes]
  const reader = new ProtoReader(bytes)
  const found: Buffer[] = []
  while (reader.next()) {
    if (reader.field === field) found.push(...under(reader.slice(), rest))
    else reader.skip()
  }
  return found
}

export interface Collector {
  url: string
  spans: SeenSpan[]
  /** Header values and content types that came. */
  headers: Record<string, unknown>[]
  /** Statuses to answer with before it answers 200. */
  refusals: number[]
  close: () => Promise<void>
}

export const startCollector = async (): Promise<Collector> => {
  const collector: Omit<Collector, 'url' | 'close'> = { spans: [], headers: [], refusals: [] }
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    collector.headers.push({ ...request.headers, path: request.url })
    const refusal = collector.refusals.shift()
    if (refusal !== undefined) return response.writeHead(refusal).end()
    for (const span of under(body, [1, 2, 2])) collector.spans.push(spanOf(new ProtoReader(span)))
    return response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = Object(server.address()) satisfies AddressInfo
  return Object.assign(collector, {
    url: `http://127.0.0.1:${port}/v1/traces`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  })
}
