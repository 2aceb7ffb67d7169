import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { requestPages } from '#components/queries/requests.ts'
import { reviewFilters } from '#components/requests/list/request-filters.ts'
import { ReviewQueue } from '#components/requests/list/review-queue.tsx'

import { serverSort } from '#components/ui/table/sorting/server-sort.ts'
import { RequestSort } from '#server/contracts/requests.ts'

export const metadata: Metadata = { title: 'Review queue' }

type Props = { searchParams: Promise<{ show?: string; sort?: string }> }

export default async function ReviewPage({ searchParams }: Props) {
  const { show, sort } = await searchParams
  return (
    <Prefetched queries={[requestPages(reviewFilters(show ?? null, serverSort(RequestSort, sort)))]}>
      <ReviewQueue />
    </Prefetched>
  )
}
