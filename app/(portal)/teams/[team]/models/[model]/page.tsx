import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { ModelPage } from '#components/models/model-page.tsx'
import { deploymentsQuery } from '#components/queries/deployments.ts'
import { modelQuery } from '#components/queries/models.ts'

type Props = { params: Promise<{ team: string; model: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).model }
}

export default async function ModelRoute({ params }: Props) {
  const { team, model } = await params
  return (
    <Prefetched queries={[modelQuery(team, model), deploymentsQuery(team)]}>
      <ModelPage team={team} name={model} />
    </Prefetched>
  )
}
