'use client'

import { Button } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { myTokenPages } from '#components/queries/tokens.ts'
import { call } from '#components/queries/wire/call.ts'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { listOf } from '#components/ui/table/list-of.ts'
import { useServerSort } from '#components/ui/table/sorting/use-server-sort.ts'
import { listTokens, revokeAllTokens, revokeToken, TokenSort, type TokenView } from '#server/contracts/tokens.ts'
import { NewTokenDialog, RevokeDialog } from './lazy-dialogs.tsx'
import { TokenTable } from './token-table.tsx'

type Open = { kind: 'new' } | { kind: 'all' } | { kind: 'one'; token: TokenView } | null

export function MyTokensPage() {
  const sort = useServerSort(TokenSort, 'tokens-sort')
  const list = listOf(useInfiniteQuery({ ...myTokenPages(sort), placeholderData: keepPreviousData }))
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const queryKey = [listTokens.path]
  const active = list.rows?.filter((token) => token.state === 'active').length ?? 0
  return (
    <>
      <PageHeader
        title="API tokens"
        facts="Each lets a program act as you, within what you give it"
        actions={
          <>
            {active > 1 && (
              <Button variant="default" onClick={() => setOpen({ kind: 'all' })}>
                Revoke all
              </Button>
            )}
            <Button leftSection={<IconKey size={16} stroke={1.7} />} onClick={() => setOpen({ kind: 'new' })}>
              Create token
            </Button>
          </>
        }
      />
      <Section title="Your tokens" count={list.rows?.length} flush>
        <TokenTable
          label="Your tokens"
          list={list}
          withMaker={false}
          onRevoke={(token) => setOpen({ kind: 'one', token })}
        />
      </Section>
      {open?.kind === 'new' && <NewTokenDialog team={null} onClose={close} />}
      {open?.kind === 'one' && (
        <RevokeDialog
          label={`Revoke ${open.token.name}`}
          queryKey={queryKey}
          revoke={() => call(revokeToken, { id: open.token.id })}
          done="The token is revoked"
          onClose={close}
        />
      )}
      {open?.kind === 'all' && (
        <RevokeDialog
          label="Revoke all your tokens"
          queryKey={queryKey}
          revoke={() => call(revokeAllTokens, {})}
          done="All tokens are revoked"
          onClose={close}
        />
      )}
    </>
  )
}
