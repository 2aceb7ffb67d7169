import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'

/** What a table wants to know of a list that is read page after page. */
export function listOf<Row>(pages: UseInfiniteQueryResult<InfiniteData<{ items: Row[] }>>) {
  return {
    rows: pages.data?.pages.flatMap((page) => page.items),
    error: pages.error,
    onRetry: () => pages.refetch(),
    more: { available: pages.hasNextPage, loading: pages.isFetchingNextPage, load: () => pages.fetchNextPage() },
  }
}
