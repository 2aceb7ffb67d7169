'use client'

import { IconPlus } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { teamPages } from '#components/queries/teams.ts'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { amountInWords } from '#components/ui/figures/amounts.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import type { Column } from '#components/ui/table/columns.ts'
import { DataTable } from '#components/ui/table/data-table.tsx'
import { listOf } from '#components/ui/table/list-of.ts'
import { useServerSort } from '#components/ui/table/sorting/use-server-sort.ts'
import { environments } from '#server/contracts/names.ts'
import { TeamSort, type TeamView } from '#server/contracts/people.ts'
import { ForAdmins } from './for-admins.tsx'

const columns: readonly Column<TeamView>[] = [
  { key: 'name', title: 'Team', cell: (row) => row.name, value: (row) => row.name },
  { key: 'slug', title: 'Slug', cell: (row) => <span className="mono">{row.slug}</span>, value: (row) => row.slug },
  {
    key: 'state',
    title: 'State',
    cell: (row) =>
      row.archivedAt ? <StateBadge tone="neutral">Archived</StateBadge> : <StateBadge tone="good">Active</StateBadge>,
    value: (row) => (row.archivedAt ? 'Archived' : 'Active'),
    narrow: 'corner',
  },
  {
    key: 'members',
    title: 'Members',
    cell: (row) => row.memberCount,
    value: (row) => row.memberCount,
    narrowLabel: true,
  },
  {
    key: 'costCentre',
    title: 'Cost centre',
    cell: (row) => row.costCentre,
    value: (row) => row.costCentre,
    narrow: 'hidden',
  },
  { key: 'onCall', title: 'On call', cell: (row) => row.onCall, value: (row) => row.onCall, narrow: 'hidden' },
  ...environments.map(
    (environment): Column<TeamView> => ({
      key: environment,
      title: `CPU in ${environment}`,
      cell: (row) => amountInWords('cpu', row.allowances[environment].cpu),
      value: (row) => row.allowances[environment].cpu,
      narrow: 'hidden',
    }),
  ),
]

const sorting = { orders: TeamSort.options, unlessTold: 'slug' }

export function TeamList() {
  const sort = useServerSort(TeamSort)
  const list = listOf(useInfiniteQuery({ ...teamPages(sort), placeholderData: keepPreviousData }))
  return (
    <ForAdmins>
      <PageHeader
        title="Teams"
        facts="Every team, and what it may use in each environment"
        actions={
          <LinkButton href="/admin/teams/new" leftSection={<IconPlus size={16} stroke={1.7} />}>
            Create team
          </LinkButton>
        }
      />
      <Section title="All teams" flush>
        <DataTable
          name="teams"
          label="Teams"
          columns={columns}
          {...list}
          stamp={(row) => String(row.version)}
          sorting={sorting}
          rowKey={(row) => row.slug}
          href={(row) => `/admin/teams/${row.slug}`}
          empty={<EmptyState title="No teams yet">Create the first, then add its maintainer.</EmptyState>}
        />
      </Section>
    </ForAdmins>
  )
}
