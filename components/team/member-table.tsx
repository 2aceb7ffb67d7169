'use client'

import { ActionIcon, NativeSelect } from '@mantine/core'
import { IconUserMinus } from '@tabler/icons-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useMay } from '#components/layout/me-context.tsx'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import type { Column } from '#components/ui/table/columns.ts'
import { DataTable } from '#components/ui/table/data-table.tsx'
import { MemberSort, type MemberView, TeamRole, teamRoles } from '#server/contracts/people.ts'
import classes from './team.module.css'
import { useMemberChanges } from './use-member-changes.ts'

const ConfirmDialog = dynamic(
  () => import('#components/ui/form/confirm-dialog.tsx').then((module) => module.ConfirmDialog),
  {
    ssr: false,
  },
)

const sorting = { orders: MemberSort.options, unlessTold: 'name' }

type Props = {
  team: string
  rows: readonly MemberView[] | undefined
  error: unknown
  onRetry: () => void
  more: { available: boolean; loading: boolean; load: () => void }
}

export function MemberTable({ team, rows, error, onRetry, more }: Props) {
  const may = useMay(team)
  const [leaving, setLeaving] = useState<MemberView | null>(null)
  const { set, remove } = useMemberChanges(team, () => setLeaving(null))
  const columns: readonly Column<MemberView>[] = [
    {
      key: 'name',
      title: 'Member',
      cell: (row) => (
        <span className={classes.person}>
          <b>{row.user.name}</b>
          {row.email && <span className={classes.email}>{row.email}</span>}
        </span>
      ),
      value: (row) => row.user.name,
    },
    {
      key: 'role',
      title: 'Role',
      cell: (row) => (
        <RoleCell
          member={row}
          editable={may('member.set')}
          saving={set.isPending && set.variables.user === row.user.id}
          onChange={(role) => set.mutate({ user: row.user.id, role })}
        />
      ),
      value: (row) => row.role,
      narrow: 'corner',
    },
    {
      key: 'source',
      title: 'Managed',
      cell: (row) => (row.source === 'group' ? 'by an identity group' : 'here'),
      value: (row) => row.source,
    },
    { key: 'since', title: 'Since', cell: (row) => <RelativeTime at={row.since} />, value: (row) => row.since },
    {
      key: 'remove',
      title: 'Remove',
      hideTitle: true,
      cell: (row) =>
        may('member.remove') && row.source === 'portal' ? (
          <ActionIcon
            variant="subtle"
            color="gray"
            title={`Remove ${row.user.name}`}
            aria-label={`Remove ${row.user.name}`}
            onClick={() => setLeaving(row)}
          >
            <IconUserMinus size={16} stroke={1.7} />
          </ActionIcon>
        ) : null,
      align: 'right',
    },
  ]
  return (
    <>
      {set.error && <ErrorState error={set.error} />}
      <DataTable
        plain
        name="members"
        label="Members"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.user.id}
        stamp={(row) => `${row.role} ${row.source}`}
        sorting={sorting}
        error={error}
        onRetry={onRetry}
        more={more}
        empty={<EmptyState title="No members">Somebody who manages the platform adds the first maintainer.</EmptyState>}
      />
      {leaving && (
        <ConfirmDialog
          opened
          onClose={() => setLeaving(null)}
          title={`Remove ${leaving.user.name}`}
          confirmLabel={`Remove ${leaving.user.name}`}
          onConfirm={() => remove.mutate(leaving.user.id)}
          pending={remove.isPending}
          error={remove.error}
        >
          They lose access to the team within a minute, in every tab. Their requests and what they did stay on record.
        </ConfirmDialog>
      )}
    </>
  )
}

type RoleProps = { member: MemberView; editable: boolean; saving: boolean; onChange: (role: TeamRole) => void }

function RoleCell({ member, editable, saving, onChange }: RoleProps) {
  if (!editable || member.source === 'group') return member.role
  return (
    <NativeSelect
      className={classes.role}
      size="xs"
      aria-label={`Role of ${member.user.name}`}
      data={[...teamRoles]}
      value={member.role}
      disabled={saving}
      onChange={(event) => onChange(TeamRole.parse(event.currentTarget.value))}
    />
  )
}
