import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { myTokenPages } from '#components/queries/tokens.ts'
import { MyTokensPage } from '#components/tokens/my-tokens-page.tsx'
import { serverSort } from '#components/ui/table/sorting/server-sort.ts'
import { TokenSort } from '#server/contracts/tokens.ts'

export const metadata: Metadata = { title: 'API tokens' }

type Props = { searchParams: Promise<{ 'tokens-sort'?: string }> }

export default async function TokensRoute({ searchParams }: Props) {
  const sort = serverSort(TokenSort, (await searchParams)['tokens-sort'])
  return (
    <Prefetched queries={[myTokenPages(sort)]}>
      <MyTokensPage />
    </Prefetched>
  )
}
