import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { requestDiffQuery, requestQuery } from '#components/queries/requests.ts'
import { RequestPage } from '#components/requests/page/request-page.tsx'
import { RequestId } from '#server/contracts/names.ts'

export const metadata: Metadata = { title: 'Request' }

type Props = { params: Promise<{ id: string }> }

export default async function RequestRoute({ params }: Props) {
  const id = RequestId.safeParse((await params).id)
  if (!id.success) notFound()
  return (
    <Prefetched queries={[requestQuery(id.data), requestDiffQuery(id.data)]}>
      <RequestPage id={id.data} />
    </Prefetched>
  )
}
