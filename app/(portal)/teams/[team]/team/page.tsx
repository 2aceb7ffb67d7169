import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { allowanceUseQuery, memberPages, teamQuery } from '#components/queries/teams.ts'
import { TeamPage } from '#components/team/team-page.tsx'

import { serverSort } from '#components/ui/table/sorting/server-sort.ts'
import { MemberSort } from '#server/contracts/people.ts'

export const metadata: Metadata = { title: 'Team' }

type Props = { params: Promise<{ team: string }>; searchParams: Promise<{ 'members-sort'?: string }> }

export default async function TeamRoute({ params, searchParams }: Props) {
  const [{ team }, search] = await Promise.all([params, searchParams])
  return (
    <Prefetched
      queries={[
        teamQuery(team),
        memberPages(team, serverSort(MemberSort, search['members-sort'])),
        allowanceUseQuery(team),
      ]}
    >
      <TeamPage team={team} />
    </Prefetched>
  )
}
