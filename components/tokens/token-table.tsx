'use client'

import { Button } from '@mantine/core'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import type { Tone } from '#components/ui/state/tone.ts'
import type { Column } from '#components/ui/table/columns.ts'
import { DataTable } from '#components/ui/table/data-table.tsx'
import type { listOf } from '#components/ui/table/list-of.ts'
import { TokenSort, type TokenView } from '#server/contracts/tokens.ts'

const states: Record<TokenView['state'], { word: string; tone: Tone }> = {
  active: { word: 'Active', tone: 'good' },
  expired: { word: 'Expired', tone: 'warn' },
  revoked: { word: 'Revoked', tone: 'neutral' },
}

const sorting = { orders: TokenSort.options, unlessTold: '-createdAt' }

type Props = {
  label: string
  list: ReturnType<typeof listOf<TokenView>>
  /** For a team: who made each. */
  withMaker: boolean
  /** Absent when the reader may not. */
  onRevoke: ((token: TokenView) => void) | null
}

export function TokenTable({ label, list, withMaker, onRevoke }: Props) {
  const columns: readonly Column<TokenView>[] = [
    { key: 'name', title: 'Name', cell: (row) => <b>{row.name}</b>, value: (row) => row.name },
    {
      key: 'prefix',
      title: 'Begins with',
      cell: (row) => <span className="mono">{row.prefix}…</span>,
      value: (row) => row.prefix,
    },
    { key: 'scopes', title: 'May', cell: (row) => row.scopes.join(', '), value: (row) => row.scopes.join(', ') },
    ...(withMaker
      ? [
          {
            key: 'createdBy',
            title: 'Made by',
            cell: (row: TokenView) => row.createdBy.name,
            value: (row: TokenView) => row.createdBy.name,
          },
        ]
      : []),
    {
      key: 'createdAt',
      title: 'Made',
      cell: (row) => <RelativeTime at={row.createdAt} />,
      value: (row) => row.createdAt,
      narrowLabel: true,
      optional: true,
    },
    {
      key: 'lastUsedAt',
      title: 'Last used',
      cell: (row) => (row.lastUsedAt ? <RelativeTime at={row.lastUsedAt} /> : 'Never'),
      value: (row) => row.lastUsedAt,
      narrowLabel: true,
    },
    {
      key: 'expiresAt',
      title: 'Expires',
      cell: (row) => <RelativeTime at={row.expiresAt} />,
      value: (row) => row.expiresAt,
      narrowLabel: true,
    },
    {
      key: 'state',
      title: 'State',
      cell: (row) => <StateBadge tone={states[row.state].tone}>{states[row.state].word}</StateBadge>,
      value: (row) => row.state,
      narrow: 'corner',
    },
    {
      key: 'revoke',
      title: 'Revoke',
      hideTitle: true,
      align: 'right',
      cell: (row) =>
        onRevoke && row.state === 'active' ? (
          <Button
            variant="default"
            size="compact-sm"
            aria-label={`Revoke ${row.name}, ${row.prefix}`}
            onClick={() => onRevoke(row)}
          >
            Revoke
          </Button>
        ) : null,
    },
  ]
  return (
    <DataTable
      plain
      name="tokens"
      label={label}
      columns={columns}
      {...list}
      stamp={(row) => row.state}
      sorting={sorting}
      rowKey={(row) => row.id}
      empty={
        <EmptyState title="No tokens">A token lets a program call the API. Create one for each program.</EmptyState>
      }
    />
  )
}
