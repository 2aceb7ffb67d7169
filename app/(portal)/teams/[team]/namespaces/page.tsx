import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { NamespaceList } from '#components/namespaces/namespace-list.tsx'
import { namespacePages } from '#components/queries/namespaces.ts'

import { serverSort } from '#components/ui/table/sorting/server-sort.ts'
import { NamespaceSort } from '#server/contracts/namespaces.ts'

export const metadata: Metadata = { title: 'Namespaces' }

type Props = { params: Promise<{ team: string }>; searchParams: Promise<{ sort?: string }> }

export default async function NamespacesPage({ params, searchParams }: Props) {
  const [{ team }, { sort }] = await Promise.all([params, searchParams])
  return (
    <Prefetched queries={[namespacePages(team, serverSort(NamespaceSort, sort))]}>
      <NamespaceList team={team} />
    </Prefetched>
  )
}
