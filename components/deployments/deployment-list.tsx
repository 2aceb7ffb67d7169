'use client'

import { IconPlus } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { servingColumns, servingHref, servingStamp, withMetrics } from '#components/home/serving-columns.tsx'
import { useMay } from '#components/layout/me-context.tsx'
import { deploymentPages } from '#components/queries/deployments.ts'
import { teamMetricsQuery } from '#components/queries/observability.ts'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { FreshnessNote } from '#components/ui/state/freshness-note.tsx'
import { DataTable } from '#components/ui/table/data-table.tsx'
import { listOf } from '#components/ui/table/list-of.ts'
import { useServerSort } from '#components/ui/table/sorting/use-server-sort.ts'
import { DeploymentSort } from '#server/contracts/deployments.ts'

/** The figures are Prometheus’s: they are sorted here, once all deployments are. */
const sorting = { orders: DeploymentSort.options, unlessTold: 'servedName' }

export function DeploymentList({ team }: { team: string }) {
  const may = useMay(team)
  const sort = useServerSort(DeploymentSort)
  const list = listOf(useInfiniteQuery({ ...deploymentPages(team, sort), placeholderData: keepPreviousData }))
  const metrics = useQuery({ ...teamMetricsQuery(team), refetchInterval: 15_000 })
  const deploy = may('request.submit') && (
    <LinkButton href={`/requests/new?kind=model.deploy&team=${team}`} leftSection={<IconPlus size={16} stroke={1.7} />}>
      Deploy model
    </LinkButton>
  )
  return (
    <>
      <PageHeader
        title="Deployments"
        facts="What the team serves, where, and in which state"
        actions={list.rows?.length !== 0 && deploy}
      />
      <Section
        title="Deployments of the team"
        count={list.rows?.length}
        aside={metrics.data && <FreshnessNote freshness={metrics.data.freshness} />}
        flush
      >
        <DataTable
          name="deployments"
          label="Deployments"
          columns={servingColumns}
          {...list}
          rows={list.rows && withMetrics(list.rows, metrics.data)}
          stamp={servingStamp}
          sorting={sorting}
          rowKey={(row) => row.servedName}
          href={servingHref}
          empty={
            <EmptyState title="Nothing serves yet" actions={deploy}>
              Choose a version of a model and one of the team’s namespaces. The first answer is a few seconds away.
            </EmptyState>
          }
        />
      </Section>
    </>
  )
}
