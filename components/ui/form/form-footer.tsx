import { Button, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import { ErrorState } from '#components/ui/page/error-state.tsx'

type Props = {
  label: ReactNode
  sending: boolean
  problem: unknown
  disabled?: boolean
  /** What it sends destroys something. */
  danger?: boolean
  children?: ReactNode
}

/** The last row of a form: what went wrong, and the one button that sends it. */
export function FormFooter({ label, sending, problem, disabled = false, danger = false, children }: Props) {
  return (
    <div>
      {problem ? <ErrorState error={problem} /> : null}
      <Group mt="md">
        <Button type="submit" loading={sending} disabled={disabled} {...(danger && { color: 'red' })}>
          {label}
        </Button>
        {children}
      </Group>
    </div>
  )
}
