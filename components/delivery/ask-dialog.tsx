'use client'

import { Checkbox } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '#components/queries/wire/call.ts'
import { notify } from '#components/ui/actions/notify.ts'
import { ConfirmDialog } from '#components/ui/form/confirm-dialog.tsx'
import { type ApplicationView, refreshApplication, syncApplication } from '#server/contracts/delivery.ts'

type Props = { team: string; application: ApplicationView; what: 'hard' | 'sync'; onClose: () => void }

export function AskDialog({ team, application, what, onClose }: Props) {
  const [prune, setPrune] = useState(false)
  const client = useQueryClient()
  const { name, path, leftOver } = application
  const ask = useMutation({
    mutationFn: () =>
      what === 'sync'
        ? call(syncApplication, { team, application: name, prune })
        : call(refreshApplication, { team, application: name, how: 'hard' }),
    onSuccess: () => {
      notify(what === 'sync' ? `Argo CD is applying ${name}.` : 'Argo CD is reading the repository anew.')
      onClose()
    },
    onSettled: () => client.invalidateQueries(),
  })
  const label = what === 'sync' ? `Apply ${name} now` : 'Read the repository anew'
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={label}
      confirmLabel={label}
      onConfirm={() => ask.mutate()}
      pending={ask.isPending}
      error={ask.error}
      tone={prune ? 'destructive' : 'plain'}
    >
      {what === 'sync' ? (
        <>
          Argo CD applies the newest commit of <span className="mono">{path}</span> to the cluster. What somebody
          changed there by hand is overwritten; the repository stays as it is.
          {leftOver.length > 0 && (
            <Checkbox
              mt="md"
              checked={prune}
              onChange={(event) => setPrune(event.currentTarget.checked)}
              label={`Also remove what is no longer in Git: ${leftOver.join(', ')}`}
            />
          )}
        </>
      ) : (
        <>
          Argo CD forgets what it has read of this folder and reads it again. Nothing is applied that would not be
          applied anyway. Use it when Argo CD shows an old commit.
        </>
      )}
    </ConfirmDialog>
  )
}
