import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { myTokensQuery } from '#components/queries/tokens.ts'
import { MyTokensPage } from '#components/tokens/my-tokens-page.tsx'

export const metadata: Metadata = { title: 'API tokens' }

export default function TokensRoute() {
  return (
    <Prefetched queries={[myTokensQuery()]}>
      <MyTokensPage />
    </Prefetched>
  )
}
