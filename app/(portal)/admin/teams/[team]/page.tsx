import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { TeamAdminPage } from '#components/platform/teams/team-admin-page.tsx'
import { policyQuery } from '#components/queries/requests.ts'
import { teamQuery } from '#components/queries/teams.ts'

export const metadata: Metadata = { title: 'Team' }

export default async function TeamAdminRoute({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params
  return (
    <Prefetched queries={[teamQuery(team), policyQuery()]}>
      <TeamAdminPage team={team} />
    </Prefetched>
  )
}
