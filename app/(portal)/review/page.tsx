import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { requestPages } from '#components/queries/requests.ts'
import { reviewFilters } from '#components/requests/list/request-filters.ts'
import { ReviewQueue } from '#components/requests/list/review-queue.tsx'

export const metadata: Metadata = { title: 'Review queue' }

type Props = { searchParams: Promise<{ show?: string }> }

export default async function ReviewPage({ searchParams }: Props) {
  const { show } = await searchParams
  return (
    <Prefetched queries={[requestPages(reviewFilters(show ?? null))]}>
      <ReviewQueue />
    </Prefetched>
  )
}
