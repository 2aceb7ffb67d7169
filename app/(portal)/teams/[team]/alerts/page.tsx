import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { AlertsPage } from '#components/observability/alerts-page.tsx'
import { alertsQuery, silencesQuery } from '#components/queries/observability.ts'

export const metadata: Metadata = { title: 'Alerts' }

export default async function AlertsRoute({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params
  return (
    <Prefetched queries={[alertsQuery(team), silencesQuery(team)]}>
      <AlertsPage team={team} />
    </Prefetched>
  )
}
