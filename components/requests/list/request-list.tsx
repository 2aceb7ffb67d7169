'use client'

import { SegmentedControl, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus, IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMay } from '#components/layout/me-context.tsx'
import { requestPages } from '#components/queries/requests.ts'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { DataTable } from '#components/ui/table/data-table.tsx'
import { listOf } from '#components/ui/table/list-of.ts'
import { useServerSort } from '#components/ui/table/sorting/use-server-sort.ts'
import { useUrlState } from '#components/ui/table/use-url-state.ts'
import { RequestSort } from '#server/contracts/requests.ts'
import { requestColumns, requestTable } from './request-columns.tsx'
import { requestFilters } from './request-filters.ts'

const shows = [
  { value: 'open', label: 'Open' },
  { value: 'done', label: 'Done' },
  { value: 'failed', label: 'Failed' },
  { value: 'all', label: 'All' },
]

export function RequestList({ team }: { team: string }) {
  const may = useMay(team)
  const [show, setShow] = useUrlState('show')
  const [q, setQ] = useUrlState('q')
  const [settled] = useDebouncedValue(q, 250)
  const sort = useServerSort(RequestSort)
  const pages = useInfiniteQuery({
    ...requestPages(requestFilters(team, show, settled, sort)),
    placeholderData: keepPreviousData,
  })
  const list = listOf(pages)
  const narrowed = Boolean(settled) || (show !== null && show !== 'all')
  return (
    <>
      <PageHeader
        title="Requests"
        facts="Every change is a pull request that somebody else approves"
        actions={
          may('request.submit') && (
            <LinkButton
              href={`/requests/new?kind=namespace.create&team=${team}`}
              leftSection={<IconPlus size={16} stroke={1.7} />}
            >
              New request
            </LinkButton>
          )
        }
      />
      <Section title="Requests of the team" flush>
        <DataTable
          name="requests"
          label="Requests"
          columns={requestColumns}
          {...list}
          {...requestTable}
          filters={
            <>
              <SegmentedControl
                size="xs"
                aria-label="Which requests"
                data={shows}
                value={show ?? 'open'}
                onChange={(value) => setShow(value === 'open' ? null : value)}
              />
              <TextInput
                size="xs"
                aria-label="Search requests"
                placeholder="Search"
                leftSection={<IconSearch size={14} stroke={1.7} />}
                value={q ?? ''}
                onChange={(event) => setQ(event.currentTarget.value)}
              />
            </>
          }
          empty={
            <EmptyState
              title={narrowed ? 'No request matches' : show === 'all' ? 'No requests yet' : 'No open requests'}
            >
              {narrowed
                ? 'Choose All, or search for another word.'
                : 'Ask for a namespace, or deploy a model; the request shows every step until it runs.'}
            </EmptyState>
          }
        />
      </Section>
    </>
  )
}
