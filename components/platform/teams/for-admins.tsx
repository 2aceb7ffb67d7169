'use client'

import type { ReactNode } from 'react'
import { useMay } from '#components/layout/me-context.tsx'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { createTeam } from '#server/contracts/people.ts'

/** The server refuses what others send anyway; this tells them before they have filled in a form. */
export function ForAdmins({ children }: { children: ReactNode }) {
  const may = useMay(null)
  if (may(createTeam.action)) return children
  return (
    <EmptyState title="Platform admins manage teams" wholePage actions={<LinkButton href="/">Go home</LinkButton>}>
      You may not create or change teams here. What a maintainer may change stands on the page of the team.
    </EmptyState>
  )
}
