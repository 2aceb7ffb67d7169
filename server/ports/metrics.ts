/** Measurements over time, by PromQL. Queries are built by server/domains/observability, never pasted together. */

export type Sample = { labels: Record<string, string>; value: number | null; at: number }
export type RangeSeries = { labels: Record<string, string>; points: [number, number | null][] }

export interface Metrics {
  query(promql: string): Promise<Sample[]>
  queryRange(promql: string, range: { from: number; to: number; stepSeconds: number }): Promise<RangeSeries[]>
  /** Rules with state, as Prometheus evaluates them: shows what is pending before Alertmanager hears of it. */
  alerts(): Promise<
    {
      labels: Record<string, string>
      annotations: Record<string, string>
      state: 'pending' | 'firing'
      activeAt: string | null
      value: number | null
    }[]
  >
  probe(): Promise<{ version: string }>
}
