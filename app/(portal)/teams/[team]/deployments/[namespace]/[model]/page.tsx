import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { DeploymentPage } from '#components/deployments/deployment-page.tsx'
import { deploymentQuery, type Place } from '#components/queries/deployments.ts'

type Props = { params: Promise<Place> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { model, namespace } = await params
  return { title: `${model} in ${namespace}` }
}

export default async function DeploymentRoute({ params }: Props) {
  const { team, namespace, model } = await params
  const place = { team, namespace, model }
  return (
    <Prefetched queries={[deploymentQuery(place)]}>
      <DeploymentPage place={place} />
    </Prefetched>
  )
}
