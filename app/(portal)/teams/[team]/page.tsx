import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { TeamHome } from '#components/home/team-home.tsx'
import { deploymentsQuery } from '#components/queries/deployments.ts'
import { namespacesQuery } from '#components/queries/namespaces.ts'
import { openRequestsQuery, waitingForMeQuery } from '#components/queries/requests.ts'

type Props = { params: Promise<{ team: string }> }

export const metadata: Metadata = { title: 'Home' }

export default async function TeamHomePage({ params }: Props) {
  const { team } = await params
  return (
    <Prefetched queries={[namespacesQuery(team), deploymentsQuery(team), openRequestsQuery(team), waitingForMeQuery()]}>
      <TeamHome team={team} />
    </Prefetched>
  )
}
