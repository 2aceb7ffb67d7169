'use client'

import type { ReactNode } from 'react'
import { useMay } from '#components/layout/me-context.tsx'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { Card } from '#components/ui/page/layout.tsx'
import { createTeam } from '#server/contracts/people.ts'

/** The server refuses what others send anyway; this tells them before they have filled in a form. */
export function ForAdmins({ children }: { children: ReactNode }) {
  const may = useMay(null)
  if (may(createTeam.action)) return children
  return (
    <Card>
      <EmptyState
        wholePage
        title="Only platform admins manage teams"
        actions={
          <LinkButton href="/" variant="default" size="xs">
            Go to your team
          </LinkButton>
        }
      >
        What a maintainer may change stands on the page of the team.
      </EmptyState>
    </Card>
  )
}
