import type { Metadata } from 'next'
import { PodPage } from '#components/namespaces/logs/pod-page.tsx'

type Props = { params: Promise<{ team: string; namespace: string; pod: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).pod }
}

/** Nothing is read on the server: a log can be long, and its cluster slow. */
export default async function PodRoute({ params }: Props) {
  const { team, namespace, pod } = await params
  return <PodPage team={team} namespace={namespace} pod={pod} />
}
