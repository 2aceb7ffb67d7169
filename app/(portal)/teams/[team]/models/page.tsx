import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { ModelList } from '#components/models/model-list.tsx'
import { modelsQuery } from '#components/queries/models.ts'

export const metadata: Metadata = { title: 'Models' }

type Props = { params: Promise<{ team: string }>; searchParams: Promise<{ q?: string }> }

export default async function ModelsPage({ params, searchParams }: Props) {
  const [{ team }, { q }] = await Promise.all([params, searchParams])
  return (
    <Prefetched queries={[modelsQuery(team, q)]}>
      <ModelList team={team} />
    </Prefetched>
  )
}
