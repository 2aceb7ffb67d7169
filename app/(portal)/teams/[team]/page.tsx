import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { TeamHome } from '#components/home/team-home.tsx'
import { deploymentsQuery } from '#components/queries/deployments.ts'
import { namespacesQuery } from '#components/queries/namespaces.ts'
import { alertsQuery } from '#components/queries/observability.ts'
import { failedRequestsQuery, openRequestsQuery, waitingForMeQuery } from '#components/queries/requests.ts'

type Props = { params: Promise<{ team: string }> }

export const metadata: Metadata = { title: 'Home' }

export default async function TeamHomePage({ params }: Props) {
  const { team } = await params
  // What the shell asks for too must be known here: its answer may arrive before this part of the page wakes up.
  const queries = [
    namespacesQuery(team),
    deploymentsQuery(team),
    openRequestsQuery(team),
    failedRequestsQuery(team),
    waitingForMeQuery(),
    alertsQuery(team),
  ]
  return (
    <Prefetched queries={queries}>
      <TeamHome team={team} />
    </Prefetched>
  )
}
