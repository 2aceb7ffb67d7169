'use client'

import { SegmentedControl } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { requestPages } from '#components/queries/requests.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { DataTable } from '#components/ui/table/data-table.tsx'
import { listOf } from '#components/ui/table/list-of.ts'
import { useServerSort } from '#components/ui/table/sorting/use-server-sort.ts'
import { useUrlState } from '#components/ui/table/use-url-state.ts'
import { RequestSort } from '#server/contracts/requests.ts'
import { requestTable, reviewColumns } from './request-columns.tsx'
import { reviewFilters } from './request-filters.ts'

/** What waits for the reader's decision. */
export function ReviewQueue() {
  const [show, setShow] = useUrlState('show')
  const sort = useServerSort(RequestSort)
  const pages = useInfiniteQuery({ ...requestPages(reviewFilters(show, sort)), placeholderData: keepPreviousData })
  const list = listOf(pages)
  return (
    <>
      <PageHeader
        title="Review queue"
        facts="You decide about the commit you see; a later push voids what was approved"
      />
      <Section title={show === 'all' ? 'Open requests' : 'Waiting for you'} count={list.rows?.length} flush>
        <DataTable
          name="reviews"
          label="Requests to review"
          columns={reviewColumns}
          {...list}
          {...requestTable}
          filters={
            <SegmentedControl
              size="xs"
              aria-label="Which requests"
              data={[
                { value: 'mine', label: 'Waiting for me' },
                { value: 'all', label: 'All open' },
              ]}
              value={show ?? 'mine'}
              onChange={(value) => setShow(value === 'mine' ? null : value)}
            />
          }
          empty={
            show === 'all' ? (
              <EmptyState title="No open requests">Nobody waits for anything in the teams you look after.</EmptyState>
            ) : (
              <EmptyState title="Nothing waits for you">
                Requests that need your approval appear here as they come in. Your own never do.
              </EmptyState>
            )
          }
        />
      </Section>
    </>
  )
}
