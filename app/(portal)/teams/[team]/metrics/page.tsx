import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { MetricsPage } from '#components/observability/metrics-page.tsx'
import { deploymentsQuery } from '#components/queries/deployments.ts'

export const metadata: Metadata = { title: 'Metrics' }

export default async function MetricsRoute({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params
  return (
    <Prefetched queries={[deploymentsQuery(team)]}>
      <MetricsPage team={team} />
    </Prefetched>
  )
}
