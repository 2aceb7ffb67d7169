'use client'

import { SegmentedControl, Skeleton } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { LazyTimeChart } from '#components/charts/lazy-time-chart.tsx'
import type { Place } from '#components/queries/deployments.ts'
import { deploymentMetricsQuery } from '#components/queries/observability.ts'
import { latency, percent, rate } from '#components/ui/figures/amounts.ts'
import { Halves } from '#components/ui/page/layout.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { FreshnessNote } from '#components/ui/state/freshness-note.tsx'
import { useUrlState } from '#components/ui/table/use-url-state.ts'
import { type DeploymentMetrics as Metrics, ranges } from '#server/contracts/serving/observability.ts'
import classes from './observability.module.css'
import { QuerySources } from './query-sources.tsx'

const labelColors = [
  'teal.6',
  'orange.6',
  'blue.6',
  'grape.6',
  'lime.7',
  'red.6',
  'cyan.7',
  'yellow.7',
  'indigo.5',
  'gray.6',
]

/** Request rate, errors, latency and predictions over time, each with the query it comes from. */
export function DeploymentMetrics({ place }: { place: Place }) {
  const [asked, setRange] = useUrlState('range')
  const range = ranges.find((each) => each === asked) ?? '1h'
  const query = useQuery({
    ...deploymentMetricsQuery(place, range),
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  })
  return (
    <div className={classes.metrics}>
      <div className={classes.metricsHead}>
        <SegmentedControl
          size="xs"
          aria-label="Time shown"
          data={[...ranges]}
          value={range}
          onChange={(value) => setRange(value === '1h' ? null : value)}
        />
        {query.data && <FreshnessNote freshness={query.data.freshness} />}
      </div>
      <QueryGate query={query} loading={<ChartsSkeleton />}>
        {(metrics) => <Charts metrics={metrics} />}
      </QueryGate>
    </div>
  )
}

/** With the size of the charts, so that what stands below stays where it is. */
const ChartsSkeleton = () => (
  <Halves>
    {['Requests a second', 'Errors', 'Latency', 'Predictions a second, by label'].map((title) => (
      <Section key={title} title={title}>
        <Skeleton height={180} />
      </Section>
    ))}
  </Halves>
)

function Charts({ metrics }: { metrics: Metrics }) {
  return (
    <>
      <Halves>
        <Section title="Requests a second">
          <LazyTimeChart
            title="Requests a second"
            lines={[{ name: 'requests/s', color: 'teal.6', points: metrics.requestRate }]}
            format={rate}
            from={metrics.from}
            to={metrics.to}
          />
        </Section>
        <Section title="Errors">
          <LazyTimeChart
            title="Share of calls that fail"
            lines={[{ name: 'errors', color: 'red.6', points: metrics.errorRatio }]}
            atLeast={0.05}
            format={percent}
            from={metrics.from}
            to={metrics.to}
          />
        </Section>
        <Section title="Latency">
          <LazyTimeChart
            title="Latency"
            lines={[
              { name: 'p50', color: 'teal.4', points: metrics.p50 },
              { name: 'p95', color: 'teal.7', points: metrics.p95 },
              { name: 'p99', color: 'blue.6', points: metrics.p99 },
            ]}
            format={latency}
            from={metrics.from}
            to={metrics.to}
          />
        </Section>
        <Section title="Predictions a second, by label">
          <LazyTimeChart
            title="Predictions a second, by label"
            lines={metrics.predictions.map((each, place) => ({
              name: each.label,
              color: labelColors[place % labelColors.length] ?? 'gray.6',
              points: each.points,
            }))}
            legend
            format={rate}
            from={metrics.from}
            to={metrics.to}
          />
        </Section>
      </Halves>
      <QuerySources queries={metrics.queries} />
    </>
  )
}
