/** The server process itself: memory, processor time, open connections. */
import { type Family, family } from './exposition/families.ts'

/** Writes one line of what happened. */
export type Log = (event: string, details: Record<string, unknown>) => void

export const processMetrics = (connections: number): Family[] => {
  const { user, system } = process.cpuUsage()
  const one = (value: number) => [{ labels: {}, value }]
  return [
    family('runtime_connections', 'gauge', 'Open client connections.', one(connections)),
    family(
      'process_resident_memory_bytes',
      'gauge',
      'Resident memory of the server without its engines.',
      one(process.memoryUsage.rss()),
    ),
    family(
      'process_cpu_seconds_total',
      'counter',
      'Processor time of the server without its engines.',
      one((user + system) / 1e6),
    ),
    family(
      'process_start_time_seconds',
      'gauge',
      'When the server started.',
      one(Math.round(Date.now() / 1000 - process.uptime())),
    ),
  ]
}
