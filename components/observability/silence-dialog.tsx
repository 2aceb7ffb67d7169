'use client'

import { Select, Text, Textarea } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { alertsQuery, silencesQuery } from '#components/queries/observability.ts'
import { call } from '#components/queries/wire/call.ts'
import { notify } from '#components/ui/actions/notify.ts'
import { FormFooter } from '#components/ui/form/form-footer.tsx'
import { useContractForm } from '#components/ui/form/use-contract-form.ts'
import { Dialog } from '#components/ui/overlay/dialog.tsx'
import { type AlertView, createSilence } from '#server/contracts/serving/observability.ts'

const lengths = [
  { value: '30', label: '30 minutes' },
  { value: '60', label: '1 hour' },
  { value: '240', label: '4 hours' },
  { value: '1440', label: '1 day' },
  { value: '10080', label: '1 week' },
]

type Props = { team: string; alert: AlertView; onClose: () => void }

/** Quiet for a while, with a reason that everybody can read. */
export function SilenceDialog({ team, alert, onClose }: Props) {
  const client = useQueryClient()
  const { form, submit, sending, problem } = useContractForm({
    schema: createSilence.input,
    initialValues: { minutes: '60', reason: '' },
    toInput: ({ minutes, reason }) => ({ team, fingerprint: alert.fingerprint, minutes: Number(minutes), reason }),
    send: (input, key) => call(createSilence, input, { idempotencyKey: key }),
    onSent: () => {
      client.invalidateQueries({ queryKey: alertsQuery(team).queryKey })
      client.invalidateQueries({ queryKey: silencesQuery(team).queryKey })
      notify(`${alert.name} is silenced`)
      onClose()
    },
  })
  const length = lengths.find((each) => each.value === form.values.minutes)
  return (
    <Dialog onClose={onClose} title={`Silence ${alert.name}`}>
      <form onSubmit={submit} noValidate>
        <Text size="sm" c="dimmed" mb="md">
          {alert.summary}. Nobody is told while it is silenced; it goes on being measured.
        </Text>
        <Select label="For how long" data={lengths} mb="md" {...form.getInputProps('minutes')} />
        <Textarea
          label="Reason"
          description="Everybody who looks at the alert reads this"
          autosize
          minRows={2}
          required
          data-autofocus
          {...form.getInputProps('reason')}
        />
        <FormFooter label={`Silence for ${length?.label ?? 'a while'}`} sending={sending} problem={problem} />
      </form>
    </Dialog>
  )
}
