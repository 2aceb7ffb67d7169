'use client'

import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { meQuery } from '#components/queries/me.ts'
import { teamQuery } from '#components/queries/teams.ts'
import { call } from '#components/queries/wire/call.ts'
import { notify } from '#components/ui/actions/notify.ts'
import { archiveTeam, type TeamView } from '#server/contracts/people.ts'

const ConfirmDialog = dynamic(
  () => import('#components/ui/form/confirm-dialog.tsx').then((module) => module.ConfirmDialog),
  { ssr: false },
)

export function ArchiveTeam({ team }: { team: TeamView }) {
  const client = useQueryClient()
  const [opened, setOpened] = useState(false)
  const archive = useMutation({
    mutationFn: () => call(archiveTeam, { team: team.slug }),
    onSuccess: (after) => {
      client.setQueryData(teamQuery(team.slug).queryKey, after)
      client.invalidateQueries({ queryKey: meQuery().queryKey })
      notify(`Team ${team.name} is archived`)
      setOpened(false)
    },
  })
  return (
    <>
      <Button variant="default" c="var(--bad-text)" onClick={() => setOpened(true)}>
        Archive team
      </Button>
      {opened && (
        <ConfirmDialog
          opened
          onClose={() => setOpened(false)}
          title={`Archive ${team.name}`}
          confirmLabel={`Archive ${team.slug}`}
          typeName={team.slug}
          onConfirm={() => archive.mutate()}
          pending={archive.isPending}
          error={archive.error}
        >
          Its tokens are revoked and nothing can be asked for any more. What it did stays on record. It must have no
          namespaces and no open requests left.
        </ConfirmDialog>
      )}
    </>
  )
}
