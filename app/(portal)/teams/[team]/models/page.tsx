import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { modelFilters } from '#components/models/model-filters.ts'
import { ModelList } from '#components/models/model-list.tsx'
import { modelPages } from '#components/queries/models.ts'
import { serverSort } from '#components/ui/table/sorting/server-sort.ts'
import { ModelSort } from '#server/contracts/models.ts'

export const metadata: Metadata = { title: 'Models' }

type Props = { params: Promise<{ team: string }>; searchParams: Promise<{ q?: string; sort?: string }> }

export default async function ModelsPage({ params, searchParams }: Props) {
  const [{ team }, { q, sort }] = await Promise.all([params, searchParams])
  return (
    <Prefetched queries={[modelPages(modelFilters(team, q ?? null, serverSort(ModelSort, sort)))]}>
      <ModelList team={team} />
    </Prefetched>
  )
}
