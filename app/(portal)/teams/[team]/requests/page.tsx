import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { requestPages } from '#components/queries/requests.ts'
import { requestFilters } from '#components/requests/list/request-filters.ts'
import { RequestList } from '#components/requests/list/request-list.tsx'

export const metadata: Metadata = { title: 'Requests' }

type Props = {
  params: Promise<{ team: string }>
  searchParams: Promise<{ show?: string; q?: string }>
}

export default async function RequestsPage({ params, searchParams }: Props) {
  const [{ team }, { show, q }] = await Promise.all([params, searchParams])
  return (
    <Prefetched queries={[requestPages(requestFilters(team, show ?? null, q ?? null))]}>
      <RequestList team={team} />
    </Prefetched>
  )
}
