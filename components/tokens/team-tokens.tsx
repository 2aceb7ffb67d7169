'use client'

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '#components/layout/me-context.tsx'
import { teamTokensQuery } from '#components/queries/tokens.ts'
import { call } from '#components/queries/wire/call.ts'
import { Section } from '#components/ui/page/section.tsx'
import { createTeamToken, revokeTeamToken, type TokenView } from '#server/contracts/tokens.ts'
import { NewTokenDialog, RevokeDialog } from './lazy-dialogs.tsx'
import { TokenTable } from './token-table.tsx'

/** Tokens that act for a team, whoever of its people comes or goes. */
export function TeamTokens({ team }: { team: string }) {
  const may = useMay(team)
  const query = useQuery(teamTokensQuery(team))
  const [making, setMaking] = useState(false)
  const [leaving, setLeaving] = useState<TokenView | null>(null)
  return (
    <Section
      title="Team tokens"
      count={query.data?.tokens.length}
      aside={
        may(createTeamToken.action) && (
          <Button variant="default" size="xs" onClick={() => setMaking(true)}>
            Create team token
          </Button>
        )
      }
      flush
    >
      <TokenTable
        label="Team tokens"
        query={query}
        withMaker
        onRevoke={may(revokeTeamToken.action) ? setLeaving : null}
      />
      {making && <NewTokenDialog team={team} onClose={() => setMaking(false)} />}
      {leaving && (
        <RevokeDialog
          label={`Revoke ${leaving.name}`}
          queryKey={teamTokensQuery(team).queryKey}
          revoke={() => call(revokeTeamToken, { team, id: leaving.id })}
          done="The token is revoked"
          onClose={() => setLeaving(null)}
        />
      )}
    </Section>
  )
}
