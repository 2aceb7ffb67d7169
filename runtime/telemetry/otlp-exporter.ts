/**
 * Sends spans to an OpenTelemetry collector over HTTP. A collector that is slow or away costs the oldest spans of a
 * bounded queue, never a request. Written here because the official SDK is many packages for these three things.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Log } from '../metrics/process-metrics.ts'
import { encodeSpans, spansPerRecord } from './otlp-spans.ts'
import type { RequestRecord } from './request-record.ts'

export interface ExporterSettings {
  /** Where the collector takes traces, whole. */
  url: string
  headers: Record<string, string>
  resource: Record<string, string>
  scope: { name: string; version: string }
}

export interface Exporter {
  add: (records: readonly RequestRecord[], lost: number) => void
  readonly exported: number
  readonly dropped: number
  /** Sends what is left, for so long. */
  close: (milliseconds: number) => Promise<void>
}

const MOST_WAITING = 10_000
const BATCH = 400
const EVERY_MILLISECONDS = 1000
const TIMEOUT = 10_000
const ATTEMPTS = 4
const FIRST_PAUSE = 500
const MAY_PASS = [429, 502, 503, 504]

/** `/v1/traces` under a base address, as every OTLP exporter understands it. */
export const tracesUrl = (base: string): string => {
  const url = new URL(base)
  if (!/^https?:$/.test(url.protocol)) throw new Error(`traces are sent to http(s):// addresses, not ${url.protocol}//`)
  if (!url.pathname.endsWith('/v1/traces')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`
  return url.href
}

/** OTEL_EXPORTER_OTLP_HEADERS: `name=value,name=value`, percent-encoded. */
export const headersFrom = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .map((pair) => pair.split('='))
      .filter(([name, value]) => name?.trim() && value !== undefined)
      .map(([name = '', ...value]) => [name.trim(), decodeURIComponent(value.join('=').trim())]),
  )

export const otlpExporter = (settings: ExporterSettings, log: Log): Exporter => {
  const stopping = new AbortController()
  let waiting: RequestRecord[] = []
  let exported = 0
  let dropped = 0
  let sending: Promise<void> | undefined
  let complained = false

  const drop = (records: readonly RequestRecord[], reason: string): void => {
    for (const record of records) dropped += spansPerRecord(record)
    // Once for each time it goes wrong: a collector that is away for a day is not news every second.
    if (!complained) log('traces not sent', { reason })
    complained = true
  }

  /** Undefined when it was taken; else why not, and whether another try may help. */
  const post = async (body: Buffer): Promise<{ reason: string; again: boolean; pause: number } | undefined> => {
    try {
      const response = await fetch(settings.url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf', ...settings.headers },
        body: new Uint8Array(body),
        redirect: 'error',
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(TIMEOUT)]),
      })
      await response.body?.cancel()
      if (response.ok) return undefined
      const pause = Number(response.headers.get('retry-after')) * 1000 || 0
      return { reason: `the collector answered ${response.status}`, again: MAY_PASS.includes(response.status), pause }
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      return { reason: cause instanceof Error ? cause.message : String(cause), again: true, pause: 0 }
    }
  }

  const send = async (records: RequestRecord[]): Promise<void> => {
    const body = encodeSpans(settings.resource, settings.scope, records)
    let reason = ''
    for (let attempt = 1; ; attempt++) {
      const failure = await post(body)
      if (!failure) {
        for (const record of records) exported += spansPerRecord(record)
        complained = false
        return
      }
      // Being stopped ourselves says nothing about the collector.
      if (reason === '' || !stopping.signal.aborted) reason = failure.reason
      if (!failure.again || attempt === ATTEMPTS || stopping.signal.aborted) return drop(records, reason)
      const pause = Math.max(failure.pause, FIRST_PAUSE * 2 ** (attempt - 1))
      await wait(Math.min(pause, TIMEOUT), undefined, { signal: stopping.signal, ref: false }).catch(() => {}) // closing
    }
  }

  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) await send(waiting.splice(0, BATCH))
  }

  const start = (): Promise<void> => {
    sending ??= sendAll().finally(() => {
      sending = undefined
    })
    return sending
  }

  const timer = setInterval(() => void start(), EVERY_MILLISECONDS)

  return {
    add: (records, lost) => {
      dropped += lost
      waiting.push(...records)
      const excess = waiting.length - MOST_WAITING
      if (excess > 0) {
        drop(waiting.slice(0, excess), 'more came than the collector takes')
        waiting = waiting.slice(excess)
      }
      if (waiting.length >= BATCH) void start()
    },
    get exported() {
      return exported
    },
    get dropped() {
      return dropped
    },
    close: async (milliseconds) => {
      clearInterval(timer)
      const late = wait(milliseconds, undefined, { ref: false })
      await Promise.race([start(), late])
      stopping.abort()
    },
  }
}
