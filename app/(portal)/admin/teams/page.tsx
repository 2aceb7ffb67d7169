import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { TeamList } from '#components/platform/teams/team-list.tsx'
import { teamPages } from '#components/queries/teams.ts'

export const metadata: Metadata = { title: 'Teams' }

export default function TeamsRoute() {
  return (
    <Prefetched queries={[teamPages()]}>
      <TeamList />
    </Prefetched>
  )
}
