/** W3C Trace Context: which trace a request belongs to, and whether anybody wants to see it. */
import { randomFillSync } from 'node:crypto'

export interface TraceContext {
  traceId: string
  /** Our own span in it. */
  spanId: string
  /** The caller's span; empty for a trace that begins here. */
  parentSpanId: string
}

const PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const SAMPLED = 1

export const parseTraceparent = (
  header: string,
): { traceId: string; parentSpanId: string; sampled: boolean } | undefined => {
  const found = PARENT.exec(header)
  if (!found) return undefined
  const [, version = '', traceId = '', parentSpanId = '', flags = '', rest] = found
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(parentSpanId)) return undefined
  return { traceId, parentSpanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED }
}

// Asking the system for each number would cost more than using it.
const pool = Buffer.alloc(4096)
let used = pool.length

export const randomId = (bytes: 8 | 16): string => {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  const id = pool.toString('hex', used - bytes, used)
  return /^0+$/.test(id) ? randomId(bytes) : id
}

/** The caller decides for its own traces; of requests that come without one, a share is traced. */
export const traceFor = (header: string, share: number): TraceContext | undefined => {
  const parent = header === '' ? undefined : parseTraceparent(header)
  if (parent) {
    const { traceId, parentSpanId, sampled } = parent
    return sampled ? { traceId, parentSpanId, spanId: randomId(8) } : undefined
  }
  return Math.random() < share ? { traceId: randomId(16), parentSpanId: '', spanId: randomId(8) } : undefined
}

export const traceparentOf = (trace: TraceContext): string => `00-${trace.traceId}-${trace.spanId}-01`
