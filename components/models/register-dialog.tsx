'use client'

import { Textarea, TextInput } from '@mantine/core'
import { useRouter } from 'next/navigation'
import { call } from '#components/queries/wire/call.ts'
import { FormFooter } from '#components/ui/form/form-footer.tsx'
import { useContractForm } from '#components/ui/form/use-contract-form.ts'
import { Dialog } from '#components/ui/overlay/dialog.tsx'
import { createModel } from '#server/contracts/models.ts'

export function RegisterDialog({ team, onClose }: { team: string; onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title="Register a model">
      <RegisterForm team={team} />
    </Dialog>
  )
}

function RegisterForm({ team }: { team: string }) {
  const router = useRouter()
  const { form, submit, sending, problem } = useContractForm({
    schema: createModel.input,
    initialValues: { name: '', description: '' },
    toInput: (values) => ({ team, ...values }),
    send: (input, key) => call(createModel, input, { idempotencyKey: key }),
    onSent: (model) => router.push(`/teams/${team}/models/${model.name}`),
  })
  return (
    <form onSubmit={submit} noValidate>
      <TextInput
        label="Name"
        description="Lower-case letters, digits and dashes; part of the address it answers at"
        placeholder="churn-risk"
        required
        data-autofocus
        mb="md"
        {...form.getInputProps('name')}
      />
      <Textarea
        label="Description"
        description="What it answers, for somebody who has never seen it"
        autosize
        minRows={2}
        {...form.getInputProps('description')}
      />
      <FormFooter label="Register and go on to upload" sending={sending} problem={problem} />
    </form>
  )
}
