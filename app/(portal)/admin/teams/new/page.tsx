import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { NewTeamPage } from '#components/platform/teams/new-team-page.tsx'
import { policyQuery } from '#components/queries/requests.ts'

export const metadata: Metadata = { title: 'Create a team' }

export default function NewTeamRoute() {
  return (
    <Prefetched queries={[policyQuery()]}>
      <NewTeamPage />
    </Prefetched>
  )
}
