'use client'

import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { notify } from '#components/ui/actions/notify.ts'
import { ConfirmDialog } from '#components/ui/form/confirm-dialog.tsx'

type Props = {
  /** Such as "Revoke nightly retraining", on the title and the button. */
  label: string
  queryKey: QueryKey
  revoke: () => Promise<unknown>
  done: string
  /** For what stops more than one program: a name that must be typed first. */
  typeName?: string
  onClose: () => void
}

export function RevokeDialog({ label, queryKey, revoke, done, typeName, onClose }: Props) {
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: revoke,
    onSuccess: () => {
      notify(done)
      onClose()
    },
    onSettled: () => client.invalidateQueries({ queryKey }),
  })
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={label}
      confirmLabel={label}
      {...(typeName && { typeName })}
      onConfirm={() => mutation.mutate()}
      pending={mutation.isPending}
      error={mutation.error}
    >
      Programs that use it are refused from the next call on. It cannot be made valid again.
    </ConfirmDialog>
  )
}
