'use client'

import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconDownload } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { auditPages } from '#components/queries/audit.ts'
import { addressOf } from '#components/queries/wire/address.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import type { Column } from '#components/ui/table/columns.ts'
import { DataTable } from '#components/ui/table/data-table.tsx'
import { listOf } from '#components/ui/table/list-of.ts'
import { useServerSort } from '#components/ui/table/sorting/use-server-sort.ts'
import { type AuditEntry, AuditSort, exportAudit } from '#server/contracts/platform/audit.ts'
import { AuditFilterBar } from './audit-filter-bar.tsx'
import { type AuditSearch, auditFilters, auditSearchOf } from './audit-filters.ts'

const AuditDetail = dynamic(() => import('./audit-detail.tsx').then((module) => module.AuditDetail), { ssr: false })

const sorting = { orders: AuditSort.options, unlessTold: '-at' }

export function AuditPage({ search }: { search: AuditSearch }) {
  const [filters, setFilters] = useState(search)
  const [settled] = useDebouncedValue(filters, 300)
  const sort = useServerSort(AuditSort) ?? ''
  const [shown, setShown] = useState<AuditEntry | null>(null)
  const pages = useInfiniteQuery({
    ...auditPages(auditFilters({ ...settled, sort })),
    placeholderData: keepPreviousData,
  })
  const change = (next: AuditSearch) => {
    setFilters(next)
    const text = new URLSearchParams(auditSearchOf({ ...next, sort })).toString()
    window.history.replaceState(null, '', `/audit${text ? `?${text}` : ''}`)
  }
  const columns: readonly Column<AuditEntry>[] = [
    {
      key: 'action',
      title: 'What',
      cell: (row) => (
        <Button variant="transparent" size="compact-sm" px={0} c="inherit" onClick={() => setShown(row)}>
          {row.action}
        </Button>
      ),
      value: (row) => row.action,
    },
    {
      key: 'object',
      title: 'On',
      cell: (row) => `${row.object.kind} ${row.object.name}`,
      value: (row) => row.object.name,
    },
    {
      key: 'actor',
      title: 'Who',
      cell: (row) => `${row.actor.name}${row.actor.kind === 'token' ? ' (token)' : ''}`,
      value: (row) => row.actor.name,
    },
    { key: 'team', title: 'Team', cell: (row) => row.team ?? '–', value: (row) => row.team, narrow: 'hidden' },
    { key: 'reason', title: 'Reason', cell: (row) => row.reason, value: (row) => row.reason },
    { key: 'at', title: 'When', cell: (row) => <RelativeTime at={row.at} />, value: (row) => row.at, narrow: 'corner' },
    { key: 'sequence', title: 'Number', cell: (row) => row.sequence, value: (row) => row.sequence, optional: true },
  ]
  return (
    <>
      <PageHeader
        title="Audit"
        facts="Who did what, on which object, when and why; nothing in it can be changed"
        actions={
          <>
            <ExportLink label="Export CSV" format="csv" search={settled} />
            <ExportLink label="Export NDJSON" format="ndjson" search={settled} />
          </>
        }
      />
      <Section title="Entries" flush>
        <DataTable
          name="audit"
          label="Audit entries"
          columns={columns}
          {...listOf(pages)}
          stamp={(row) => String(row.sequence)}
          sorting={sorting}
          rowKey={(row) => String(row.sequence)}
          filters={<AuditFilterBar value={filters} onChange={change} />}
          empty={<EmptyState title="No entry matches">Take away a filter, or search for another word.</EmptyState>}
        />
      </Section>
      {shown && <AuditDetail entry={shown} onClose={() => setShown(null)} />}
    </>
  )
}

type ExportProps = { label: string; format: 'csv' | 'ndjson'; search: AuditSearch }

/** All entries that match, not only those that were read so far; a plain link, which nothing reads ahead. */
function ExportLink({ label, format, search }: ExportProps) {
  const { url } = addressOf(exportAudit, { ...auditFilters({ ...search, sort: '' }), format })
  return (
    <Button component="a" href={url} download variant="default" leftSection={<IconDownload size={16} stroke={1.7} />}>
      {label}
    </Button>
  )
}
