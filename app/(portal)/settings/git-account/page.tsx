import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { GitAccountPage } from '#components/git-account/git-account-page.tsx'
import { gitAccountQuery } from '#components/queries/git-account.ts'

export const metadata: Metadata = { title: 'Git account', referrer: 'same-origin' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function GitAccountRoute({ searchParams }: Props) {
  const query = await searchParams
  const one = (name: string) => [query[name]].flat()[0]
  const answer = { code: one('code'), state: one('state'), error: one('error') }
  const given = Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined))
  return (
    <Prefetched queries={[gitAccountQuery()]}>
      <GitAccountPage answer={given} />
    </Prefetched>
  )
}
