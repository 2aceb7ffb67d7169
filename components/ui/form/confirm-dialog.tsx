'use client'

import { Button, Group, Text, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Dialog } from '#components/ui/overlay/dialog.tsx'
import { ErrorState } from '#components/ui/page/error-state.tsx'

type Props = {
  opened: boolean
  onClose: () => void
  title: string
  /** What will happen, and what cannot be undone. */
  children: ReactNode
  /** Says what the button does, such as "Delete ml-dev". */
  confirmLabel: string
  onConfirm: () => void
  pending: boolean
  error: unknown
  /** A name that must be typed first, for what destroys. */
  typeName?: string
  tone?: 'destructive' | 'plain'
  disabled?: boolean
}

export function ConfirmDialog(props: Props) {
  const { opened, onClose, title, children, confirmLabel, onConfirm, pending, error, typeName, disabled } = props
  const [typed, setTyped] = useState('')
  const ready = !disabled && (typeName === undefined || typed === typeName)
  const close = () => {
    setTyped('')
    onClose()
  }
  return (
    <Dialog opened={opened} onClose={close} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) onConfirm()
        }}
      >
        <Text component="div" size="sm" c="dimmed" mb="md">
          {children}
        </Text>
        {typeName !== undefined && (
          <TextInput
            label={`Type ${typeName} to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
            mb="md"
            data-autofocus
          />
        )}
        {error ? <ErrorState error={error} /> : null}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            Keep it as it is
          </Button>
          <Button type="submit" color={props.tone === 'plain' ? 'teal' : 'red'} disabled={!ready} loading={pending}>
            {confirmLabel}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
