/** What an exchange is remembered by once it is answered: for its log line, its trace, or both. */
import type { Stages } from '../telemetry/request-record.ts'
import type { RequestWatch } from '../telemetry/request-watch.ts'
import type { TraceContext } from '../telemetry/trace-context.ts'
import type { OnAnswered } from './wire/connection.ts'

export interface RequestNote {
  requestId: string
  model: string
  version: string
  tenant: string
  bytesIn: number
  receivedIn: number
  stages: Stages | undefined
  trace: TraceContext | undefined
  error: string
}

export const emptyNote = (): RequestNote => ({
  requestId: '',
  model: '',
  version: '',
  tenant: '',
  bytesIn: 0,
  receivedIn: 0,
  stages: undefined,
  trace: undefined,
  error: '',
})

const MAX_PATH = 300
/** A probe is told that it is too early as often as it asks, which is no failure. */
const isProbe = (path: string, status: number): boolean => status === 503 && path.endsWith('/ready')

export const recorder =
  (watch: RequestWatch): OnAnswered =>
  (exchange, status, bytesOut) => {
    const { head } = exchange
    if (isProbe(head.path, status)) return
    const note = exchange.note ?? emptyNote()
    watch.ended({
      ...note,
      requestId: note.requestId || head.requestId,
      protocol: 'http',
      method: head.method,
      path: head.path.slice(0, MAX_PATH),
      status,
      milliseconds: performance.now() - exchange.startedAt,
      endedAt: Date.now(),
      bytesOut,
    })
  }
