'use client'

import { Button, Group } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '#components/layout/me-context.tsx'
import { teamTokenPages } from '#components/queries/tokens.ts'
import { call } from '#components/queries/wire/call.ts'
import { Section } from '#components/ui/page/section.tsx'
import { listOf } from '#components/ui/table/list-of.ts'
import { useServerSort } from '#components/ui/table/sorting/use-server-sort.ts'
import {
  createTeamToken,
  listTeamTokens,
  revokeAllTeamTokens,
  revokeTeamToken,
  TokenSort,
  type TokenView,
} from '#server/contracts/tokens.ts'
import { NewTokenDialog, RevokeDialog } from './lazy-dialogs.tsx'
import { TokenTable } from './token-table.tsx'

type Open = { kind: 'new' } | { kind: 'all' } | { kind: 'one'; token: TokenView } | null

/** Tokens that act for a team, whoever of its people comes or goes. */
export function TeamTokens({ team }: { team: string }) {
  const may = useMay(team)
  const sort = useServerSort(TokenSort, 'tokens-sort')
  const list = listOf(useInfiniteQuery({ ...teamTokenPages(team, sort), placeholderData: keepPreviousData }))
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const active = list.rows?.filter((token) => token.state === 'active').length ?? 0
  return (
    <Section
      title="Team tokens"
      count={list.rows?.length}
      aside={
        <Group gap={8}>
          {may(revokeTeamToken.action) && active > 1 && (
            <Button variant="default" size="xs" onClick={() => setOpen({ kind: 'all' })}>
              Revoke all
            </Button>
          )}
          {may(createTeamToken.action) && (
            <Button variant="default" size="xs" onClick={() => setOpen({ kind: 'new' })}>
              Create team token
            </Button>
          )}
        </Group>
      }
      flush
    >
      <TokenTable
        label="Team tokens"
        list={list}
        withMaker
        onRevoke={may(revokeTeamToken.action) ? (token) => setOpen({ kind: 'one', token }) : null}
      />
      {open?.kind === 'new' && <NewTokenDialog team={team} onClose={close} />}
      {open?.kind === 'one' && (
        <RevokeDialog
          label={`Revoke ${open.token.name}`}
          queryKey={[listTeamTokens.path]}
          revoke={() => call(revokeTeamToken, { team, id: open.token.id })}
          done="The token is revoked"
          onClose={close}
        />
      )}
      {open?.kind === 'all' && (
        <RevokeDialog
          label={`Revoke all tokens of ${team}`}
          typeName={team}
          queryKey={[listTeamTokens.path]}
          revoke={() => call(revokeAllTeamTokens, { team })}
          done="All tokens of the team are revoked"
          onClose={close}
        />
      )}
    </Section>
  )
}
