import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { requestPages } from '#components/queries/requests.ts'
import { requestFilters } from '#components/requests/list/request-filters.ts'
import { RequestList } from '#components/requests/list/request-list.tsx'

import { serverSort } from '#components/ui/table/sorting/server-sort.ts'
import { RequestSort } from '#server/contracts/requests.ts'

export const metadata: Metadata = { title: 'Requests' }

type Props = {
  params: Promise<{ team: string }>
  searchParams: Promise<{ show?: string; q?: string; sort?: string }>
}

export default async function RequestsPage({ params, searchParams }: Props) {
  const [{ team }, { show, q, sort }] = await Promise.all([params, searchParams])
  return (
    <Prefetched queries={[requestPages(requestFilters(team, show ?? null, q ?? null, serverSort(RequestSort, sort)))]}>
      <RequestList team={team} />
    </Prefetched>
  )
}
