import type { ReactNode } from 'react'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { Shell } from '#components/layout/shell.tsx'
import { integrationsQuery } from '#components/queries/audit.ts'
import { meQuery } from '#components/queries/me.ts'

export default function PortalLayout({ children }: { children: ReactNode }) {
  return (
    <Prefetched queries={[meQuery(), integrationsQuery()]}>
      <Shell>{children}</Shell>
    </Prefetched>
  )
}
