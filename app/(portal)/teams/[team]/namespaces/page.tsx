import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { NamespaceList } from '#components/namespaces/namespace-list.tsx'
import { namespacesQuery } from '#components/queries/namespaces.ts'

export const metadata: Metadata = { title: 'Namespaces' }

export default async function NamespacesPage({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params
  return (
    <Prefetched queries={[namespacesQuery(team)]}>
      <NamespaceList team={team} />
    </Prefetched>
  )
}
