import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { DeploymentList } from '#components/deployments/deployment-list.tsx'
import { deploymentsQuery } from '#components/queries/deployments.ts'

export const metadata: Metadata = { title: 'Deployments' }

export default async function DeploymentsPage({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params
  return (
    <Prefetched queries={[deploymentsQuery(team)]}>
      <DeploymentList team={team} />
    </Prefetched>
  )
}
