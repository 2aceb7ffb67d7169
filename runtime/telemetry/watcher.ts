/** The main thread's end of what the acceptors saw: log lines to the log, traces to the collector. */
import { hostname } from 'node:os'
import { type Family, family } from '../metrics/exposition/families.ts'
import type { Log } from '../metrics/process-metrics.ts'
import { SERVER_NAME, SERVER_VERSION } from '../protocol/server.ts'
import { otlpExporter } from './otlp-exporter.ts'
import type { RequestRecord } from './request-record.ts'
import type { Watched } from './request-watch.ts'

export interface WatcherSettings {
  tracesUrl: string
  tracesHeaders: Record<string, string>
  log: Log
}

const CLOSE_MILLISECONDS = 1000

const rounded = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000

/** A line of the access log: who asked for what and how it went, and nothing of what was in it. */
const lineOf = (record: RequestRecord): Record<string, unknown> => ({
  protocol: record.protocol,
  method: record.method,
  path: record.path,
  status: record.status,
  milliseconds: rounded(record.milliseconds),
  ...(record.requestId !== '' && { request: record.requestId }),
  ...(record.model !== '' && { model: record.model }),
  ...(record.version !== '' && { version: record.version }),
  ...(record.tenant !== '' && { tenant: record.tenant }),
  ...(record.stages && { queue: rounded(record.stages.queue), run: rounded(record.stages.run) }),
  bytesIn: record.bytesIn,
  bytesOut: record.bytesOut,
  ...(record.trace && { trace: record.trace.traceId }),
  ...(record.error !== '' && { answer: record.error }),
})

export const createWatcher = (settings: WatcherSettings) => {
  const { log, tracesUrl, tracesHeaders } = settings
  const exporter =
    tracesUrl === ''
      ? undefined
      : otlpExporter(
          {
            url: tracesUrl,
            headers: tracesHeaders,
            resource: {
              'service.name': SERVER_NAME,
              'service.version': SERVER_VERSION,
              'service.instance.id': `${hostname()}:${process.pid}`,
              'host.name': hostname(),
            },
            scope: { name: SERVER_NAME, version: SERVER_VERSION },
          },
          log,
        )
  let notLogged = 0

  const count = (name: string, help: string, value: number): Family =>
    family(name, 'counter', help, [{ labels: {}, value }])

  return {
    take: (watched: Watched): void => {
      for (const record of watched.logged) {
        log(record.status >= 400 ? 'request failed' : 'request', {
          time: new Date(record.endedAt).toISOString(),
          ...lineOf(record),
        })
      }
      if (watched.notLogged > 0) log('requests not logged', { requests: watched.notLogged })
      notLogged += watched.notLogged
      exporter?.add(watched.traced, watched.notTraced)
    },
    metrics: (): Family[] => [
      count('requests_not_logged_total', 'Lines of the request log that were left out, to bound it.', notLogged),
      ...(exporter
        ? [
            count('trace_spans_exported_total', 'Spans that the collector took.', exporter.exported),
            count('trace_spans_dropped_total', 'Spans that the collector did not take.', exporter.dropped),
          ]
        : []),
    ],
    close: async (): Promise<void> => {
      await exporter?.close(CLOSE_MILLISECONDS)
    },
  }
}
