import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { Shell } from '#components/layout/shell.tsx'
import { integrationsQuery } from '#components/queries/audit.ts'
import { meQuery } from '#components/queries/me.ts'
import { requestQuery } from '#components/queries/requests.ts'
import { RequestId } from '#server/contracts/names.ts'

export default async function PortalLayout({ children }: { children: ReactNode }) {
  const request = requestAt((await headers()).get('x-path'))
  return (
    <Prefetched queries={[meQuery(), integrationsQuery()]} ofPage={request ? [requestQuery(request)] : []}>
      <Shell>{children}</Shell>
    </Prefetched>
  )
}

/** Whose page this is: its address does not name the team that the frame shows. */
const requestAt = (path: string | null) => RequestId.safeParse(/^\/requests\/([^/?]+)/.exec(path ?? '')?.[1]).data
