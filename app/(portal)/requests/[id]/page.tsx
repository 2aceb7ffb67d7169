import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { answerIfAny } from '#app/_lib/answers.ts'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { requestDiffQuery, requestQuery } from '#components/queries/requests.ts'
import { RequestPage } from '#components/requests/page/request-page.tsx'
import { RequestId } from '#server/contracts/names.ts'
import { RequestView } from '#server/contracts/requests.ts'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const id = RequestId.safeParse((await params).id)
  const request = RequestView.safeParse(id.success && (await answerIfAny(requestQuery(id.data))))
  return { title: request.success ? `${request.data.title} · #${request.data.number}` : 'Request' }
}

export default async function RequestRoute({ params }: Props) {
  const id = RequestId.safeParse((await params).id)
  if (!id.success) notFound()
  return (
    <Prefetched queries={[requestQuery(id.data), requestDiffQuery(id.data)]}>
      <RequestPage id={id.data} />
    </Prefetched>
  )
}
