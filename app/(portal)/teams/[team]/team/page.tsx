import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { allowanceUseQuery, memberPages, teamQuery } from '#components/queries/teams.ts'
import { TeamPage } from '#components/team/team-page.tsx'

export const metadata: Metadata = { title: 'Team' }

export default async function TeamRoute({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params
  return (
    <Prefetched queries={[teamQuery(team), memberPages(team), allowanceUseQuery(team)]}>
      <TeamPage team={team} />
    </Prefetched>
  )
}
