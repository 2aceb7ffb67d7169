import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { PlaygroundPage } from '#components/playground/playground-page.tsx'
import { deploymentsQuery } from '#components/queries/deployments.ts'

export const metadata: Metadata = { title: 'Playground' }

export default async function PlaygroundRoute({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params
  return (
    <Prefetched queries={[deploymentsQuery(team)]}>
      <PlaygroundPage team={team} />
    </Prefetched>
  )
}
