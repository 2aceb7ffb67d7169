import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { TeamList } from '#components/platform/teams/team-list.tsx'
import { teamPages } from '#components/queries/teams.ts'

import { serverSort } from '#components/ui/table/sorting/server-sort.ts'
import { TeamSort } from '#server/contracts/people.ts'

export const metadata: Metadata = { title: 'Teams' }

type Props = { searchParams: Promise<{ sort?: string }> }

export default async function TeamsRoute({ searchParams }: Props) {
  const { sort } = await searchParams
  return (
    <Prefetched queries={[teamPages(serverSort(TeamSort, sort))]}>
      <TeamList />
    </Prefetched>
  )
}
