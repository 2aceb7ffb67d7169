import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { DeploymentList } from '#components/deployments/deployment-list.tsx'
import { deploymentPages } from '#components/queries/deployments.ts'

import { serverSort } from '#components/ui/table/sorting/server-sort.ts'
import { DeploymentSort } from '#server/contracts/deployments.ts'

export const metadata: Metadata = { title: 'Deployments' }

type Props = { params: Promise<{ team: string }>; searchParams: Promise<{ sort?: string }> }

export default async function DeploymentsPage({ params, searchParams }: Props) {
  const [{ team }, { sort }] = await Promise.all([params, searchParams])
  return (
    <Prefetched queries={[deploymentPages(team, serverSort(DeploymentSort, sort))]}>
      <DeploymentList team={team} />
    </Prefetched>
  )
}
