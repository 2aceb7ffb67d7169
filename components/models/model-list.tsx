'use client'

import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMay } from '#components/layout/me-context.tsx'
import { modelPages } from '#components/queries/models.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import type { Column } from '#components/ui/table/columns.ts'
import { DataTable } from '#components/ui/table/data-table.tsx'
import { listOf } from '#components/ui/table/list-of.ts'
import { useServerSort } from '#components/ui/table/sorting/use-server-sort.ts'
import { useUrlState } from '#components/ui/table/use-url-state.ts'
import { ModelSort, type ModelView } from '#server/contracts/models.ts'
import { modelFilters } from './model-filters.ts'
import { RegisterModel } from './register-model.tsx'
import { taskInWords } from './signature-words.ts'

const sorting = { orders: ModelSort.options, unlessTold: 'name' }

const columns: readonly Column<ModelView>[] = [
  { key: 'name', title: 'Model', cell: (row) => row.name, value: (row) => row.name },
  {
    key: 'latestVersion',
    title: 'Newest',
    cell: (row) => (row.latestVersion === null ? 'no version yet' : `v${row.latestVersion}`),
    value: (row) => row.latestVersion,
    narrow: 'corner',
  },
  { key: 'task', title: 'What it does', cell: (row) => taskInWords(row.task), value: (row) => taskInWords(row.task) },
  { key: 'description', title: 'Description', cell: (row) => row.description, value: (row) => row.description },
  {
    key: 'versionCount',
    title: 'Versions',
    cell: (row) => row.versionCount,
    value: (row) => row.versionCount,
    narrow: 'hidden',
  },
  {
    key: 'updatedAt',
    title: 'Changed',
    cell: (row) => <RelativeTime at={row.updatedAt} />,
    value: (row) => row.updatedAt,
  },
]

export function ModelList({ team }: { team: string }) {
  const may = useMay(team)
  const [q, setQ] = useUrlState('q')
  const [settled] = useDebouncedValue(q, 250)
  const sort = useServerSort(ModelSort)
  const list = listOf(
    useInfiniteQuery({ ...modelPages(modelFilters(team, settled, sort)), placeholderData: keepPreviousData }),
  )
  return (
    <>
      <PageHeader
        title="Models"
        facts="Each version is its bytes: named by digest, checked in isolation, never overwritten"
        actions={may('model.create') && <RegisterModel team={team} />}
      />
      <Section title="Registry" count={list.rows?.length} flush>
        <DataTable
          name="models"
          label="Models"
          columns={columns}
          {...list}
          stamp={(row) => row.updatedAt}
          sorting={sorting}
          rowKey={(row) => row.name}
          href={(row) => `/teams/${team}/models/${row.name}`}
          filters={
            <TextInput
              size="xs"
              aria-label="Search models"
              placeholder="Search"
              leftSection={<IconSearch size={14} stroke={1.7} />}
              value={q ?? ''}
              onChange={(event) => setQ(event.currentTarget.value)}
            />
          }
          empty={
            <EmptyState title={settled ? 'No model matches' : 'No models yet'}>
              {settled ? 'Search for another word.' : 'Register a model by name, then upload its first ONNX file.'}
            </EmptyState>
          }
        />
      </Section>
    </>
  )
}
