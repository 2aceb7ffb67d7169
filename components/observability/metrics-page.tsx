'use client'

import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { servingColumns, servingHref, withMetrics } from '#components/home/serving-columns.tsx'
import { deploymentsQuery } from '#components/queries/deployments.ts'
import { teamMetricsQuery } from '#components/queries/observability.ts'
import { rate } from '#components/ui/figures/amounts.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { Stack } from '#components/ui/page/layout.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { FreshnessNote } from '#components/ui/state/freshness-note.tsx'
import { DataTable } from '#components/ui/table/data-table.tsx'
import { useUrlState } from '#components/ui/table/use-url-state.ts'
import { DeploymentMetrics } from './deployment-metrics.tsx'

/** Every deployment in one table, and the charts of the one that is looked at. */
export function MetricsPage({ team }: { team: string }) {
  const deployments = useQuery(deploymentsQuery(team))
  const metrics = useQuery({ ...teamMetricsQuery(team), refetchInterval: 15_000 })
  const [asked, choose] = useUrlState('of')
  const rows = deployments.data && withMetrics(deployments.data.items, metrics.data)
  // Unless somebody chooses: the first that was called at all, so that there is something to see.
  const called = rows?.find((row) => row.metrics?.lastHour.some(([, value]) => value))
  const shown = rows?.find((row) => row.servedName === asked) ?? called ?? rows?.[0]
  const total = metrics.data?.requestRate
  return (
    <>
      <PageHeader
        title="Metrics"
        facts={total == null ? 'Read from Prometheus' : `${rate(total)} requests a second over the last minutes`}
        actions={
          rows &&
          rows.length > 0 && (
            <NativeSelect
              aria-label="Deployment whose charts are shown"
              w={240}
              data={rows.map((row) => row.servedName)}
              value={shown?.servedName ?? ''}
              onChange={(event) => choose(event.currentTarget.value)}
            />
          )
        }
      />
      <Stack>
        <Section
          title="The last hour"
          aside={metrics.data && <FreshnessNote freshness={metrics.data.freshness} />}
          flush
        >
          <DataTable
            plain
            name="metrics"
            label="The last hour of every deployment"
            columns={servingColumns}
            rows={rows}
            rowKey={(row) => row.servedName}
            href={servingHref}
            error={deployments.error ?? metrics.error}
            onRetry={() => {
              deployments.refetch()
              metrics.refetch()
            }}
            empty={
              <EmptyState title="Nothing serves, so nothing is measured">
                Deploy a model; its metrics appear with the first call.
              </EmptyState>
            }
          />
        </Section>
        {shown && (
          <DeploymentMetrics key={shown.servedName} place={{ team, namespace: shown.namespace, model: shown.model }} />
        )}
      </Stack>
    </>
  )
}
