'use client'

import { useQueryClient } from '@tanstack/react-query'
import { allowanceUseQuery, teamQuery } from '#components/queries/teams.ts'
import { call } from '#components/queries/wire/call.ts'
import { notify } from '#components/ui/actions/notify.ts'
import { FormFooter } from '#components/ui/form/form-footer.tsx'
import { useContractForm } from '#components/ui/form/use-contract-form.ts'
import { setAllowances, type TeamView } from '#server/contracts/people.ts'
import { AllowanceFields } from './allowance-fields.tsx'
import { allowancesText } from './allowances-text.ts'

export function AllowanceForm({ team }: { team: TeamView }) {
  const client = useQueryClient()
  const { form, submit, sending, problem } = useContractForm({
    schema: setAllowances.input,
    initialValues: { allowances: allowancesText(team.allowances) },
    toInput: ({ allowances }) => ({ team: team.slug, allowances }),
    send: (input) => call(setAllowances, input, { ifMatch: `"${team.version}"` }),
    onSent: (after) => {
      client.setQueryData(teamQuery(team.slug).queryKey, after)
      client.invalidateQueries({ queryKey: allowanceUseQuery(team.slug).queryKey })
      notify('The allowance is set')
    },
  })
  return (
    <form onSubmit={submit} noValidate>
      <AllowanceFields
        value={form.values.allowances}
        onChange={(environment, amounts) => form.setFieldValue(`allowances.${environment}`, amounts)}
        errors={form.errors}
        inputProps={(field) => form.getInputProps(field)}
      />
      <FormFooter label="Set the allowance" sending={sending} problem={problem} disabled={!form.isDirty()} />
    </form>
  )
}
