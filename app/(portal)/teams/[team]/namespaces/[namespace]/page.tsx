import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { NamespacePage } from '#components/namespaces/namespace-page.tsx'
import { namespaceQuery } from '#components/queries/namespaces.ts'

type Props = { params: Promise<{ team: string; namespace: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).namespace }
}

export default async function NamespaceRoute({ params }: Props) {
  const { team, namespace } = await params
  return (
    <Prefetched queries={[namespaceQuery(team, namespace)]}>
      <NamespacePage team={team} name={namespace} />
    </Prefetched>
  )
}
