/**
 * An acceptor's eye on its requests: which of them are traced and which are logged. It collects what the main thread
 * writes and sends, a bounded amount at a time; with tracing and the access log off it sees nothing but failures.
 */
import type { RequestRecord } from './request-record.ts'
import { type TraceContext, traceFor } from './trace-context.ts'

export interface WatchSettings {
  /** The share of requests that are traced when their caller did not decide; undefined without a collector. */
  traceShare: number | undefined
  /** The share of successful requests that are logged; failures always are. */
  logShare: number
}

export interface Watched {
  logged: RequestRecord[]
  traced: RequestRecord[]
  /** Lines and traces that there was no room for. */
  notLogged: number
  notTraced: number
}

export interface RequestWatch {
  /** Whether anything but a failure is of interest. */
  readonly attentive: boolean
  trace: (traceparent: string) => TraceContext | undefined
  ended: (record: RequestRecord) => void
}

/** A model that fails on everything must not fill the disk, nor a busy day the memory. */
const MOST_FAILURES = 20
const MOST_LINES = 20_000
const MOST_TRACES = 5000

export const requestWatch = (settings: WatchSettings) => {
  const { traceShare, logShare } = settings
  let logged: RequestRecord[] = []
  let traced: RequestRecord[] = []
  let notLogged = 0
  let notTraced = 0
  let lines = 0
  let failures = 0
  let traces = 0

  const log = (record: RequestRecord): void => {
    const mayLog = record.status >= 400 && logShare < 1 ? ++failures <= MOST_FAILURES : ++lines <= MOST_LINES
    if (mayLog) logged.push(record)
    else notLogged++
  }

  const watch: RequestWatch = {
    attentive: traceShare !== undefined || logShare > 0,
    trace: (traceparent) => (traceShare === undefined ? undefined : traceFor(traceparent, traceShare)),
    ended: (record) => {
      if (record.status >= 400 || (logShare > 0 && Math.random() < logShare)) log(record)
      if (record.trace) {
        if (++traces <= MOST_TRACES) traced.push(record)
        else notTraced++
      }
    },
  }

  return {
    watch,
    /** What has come together since last time; undefined for nothing. */
    take: (): Watched | undefined => {
      if (logged.length + traced.length + notLogged + notTraced === 0) return undefined
      const taken = { logged, traced, notLogged, notTraced }
      logged = []
      traced = []
      notLogged = 0
      notTraced = 0
      return taken
    },
    /** Called once a second: the bounds are for a second each. */
    renew: (): void => {
      lines = 0
      failures = 0
      traces = 0
    },
  }
}
