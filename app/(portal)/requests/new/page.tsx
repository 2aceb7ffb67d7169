import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { policyQuery } from '#components/queries/requests.ts'
import { allowanceUseQuery } from '#components/queries/teams.ts'
import { readLink } from '#components/requests/form/link.ts'
import { RequestComposer } from '#components/requests/form/request-composer.tsx'

export const metadata: Metadata = { title: 'New request' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function NewRequestPage({ searchParams }: Props) {
  const link = readLink(await searchParams)
  return (
    <Prefetched queries={link.team ? [policyQuery(), allowanceUseQuery(link.team)] : [policyQuery()]}>
      <RequestComposer link={link} />
    </Prefetched>
  )
}
