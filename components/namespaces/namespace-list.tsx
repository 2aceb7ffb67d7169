'use client'

import { IconPlus } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMay } from '#components/layout/me-context.tsx'
import { namespacePages } from '#components/queries/namespaces.ts'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { dollars, usedOfLimit } from '#components/ui/figures/amounts.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { FreshnessNote } from '#components/ui/state/freshness-note.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { namespaceTone } from '#components/ui/state/tone.ts'
import type { Column } from '#components/ui/table/columns.ts'
import { DataTable } from '#components/ui/table/data-table.tsx'
import { listOf } from '#components/ui/table/list-of.ts'
import { useServerSort } from '#components/ui/table/sorting/use-server-sort.ts'
import { NamespaceSort, type NamespaceView } from '#server/contracts/namespaces.ts'
import type { Resource } from '#server/contracts/quantity.ts'

const amount = (
  resource: Resource,
  title: string,
  more: Partial<Column<NamespaceView>> = {},
): Column<NamespaceView> => ({
  key: resource,
  title,
  cell: (row) => (row.quota ? usedOfLimit(resource, row.used?.[resource] ?? 0, row.quota[resource]) : '–'),
  value: (row) => row.quota && (row.used?.[resource] ?? 0),
  narrowLabel: true,
  ...more,
})

const sorting = { orders: NamespaceSort.options, unlessTold: 'name' }

const columns: readonly Column<NamespaceView>[] = [
  { key: 'name', title: 'Namespace', cell: (row) => row.name, value: (row) => row.name },
  {
    key: 'environment',
    title: 'Environment',
    cell: (row) => row.environment,
    value: (row) => row.environment,
    narrow: 'hidden',
  },
  {
    key: 'state',
    title: 'State',
    cell: (row) => <StateBadge tone={namespaceTone[row.state]}>{row.state}</StateBadge>,
    value: (row) => row.state,
    narrow: 'corner',
  },
  amount('cpu', 'CPU'),
  amount('memory', 'Memory'),
  amount('gpu', 'GPU'),
  amount('storage', 'Storage', { optional: true }),
  { key: 'models', title: 'Models', cell: (row) => row.models, value: (row) => row.models, narrowLabel: true },
  {
    key: 'monthlyCost',
    title: 'A month',
    cell: (row) => dollars(row.monthlyCost),
    value: (row) => row.monthlyCost,
    narrowLabel: true,
  },
]

export function NamespaceList({ team }: { team: string }) {
  const may = useMay(team)
  const sort = useServerSort(NamespaceSort)
  const list = listOf(useInfiniteQuery({ ...namespacePages(team, sort), placeholderData: keepPreviousData }))
  const request = may('request.submit') && (
    <LinkButton
      href={`/requests/new?kind=namespace.create&team=${team}`}
      leftSection={<IconPlus size={16} stroke={1.7} />}
    >
      Request namespace
    </LinkButton>
  )
  const stale = list.rows?.find((row) => row.freshness.problem)
  return (
    <>
      <PageHeader
        title="Namespaces"
        facts="What the team may use in each environment, and what it uses"
        actions={list.rows?.length !== 0 && request}
      />
      <Section
        title="Namespaces of the team"
        count={list.rows?.length}
        aside={stale && <FreshnessNote freshness={stale.freshness} />}
        flush
      >
        <DataTable
          name="namespaces"
          label="Namespaces"
          columns={columns}
          {...list}
          stamp={(row) => JSON.stringify([row.state, row.quota, row.models])}
          sorting={sorting}
          rowKey={(row) => row.name}
          href={(row) => `/teams/${team}/namespaces/${row.name}`}
          empty={
            <EmptyState title="No namespaces yet" actions={request}>
              A namespace holds what the team runs in one environment. Ask for the first one; the form says what fits.
            </EmptyState>
          }
        />
      </Section>
    </>
  )
}
