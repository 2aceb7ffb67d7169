'use client'

import { useQueryClient } from '@tanstack/react-query'
import { allowanceUseQuery, teamQuery } from '#components/queries/teams.ts'
import { call } from '#components/queries/wire/call.ts'
import { notify } from '#components/ui/actions/notify.ts'
import { Overtaken } from '#components/ui/form/edited/overtaken.tsx'
import { useEditedForm } from '#components/ui/form/edited/use-edited-form.ts'
import { FormFooter } from '#components/ui/form/form-footer.tsx'
import { setAllowances, type TeamView } from '#server/contracts/people.ts'
import { AllowanceFields } from './allowance-fields.tsx'
import { allowancesText } from './allowances-text.ts'

const storedIn = (team: TeamView) => ({
  values: { allowances: allowancesText(team.allowances) },
  version: team.version,
})

export function AllowanceForm({ team }: { team: TeamView }) {
  const client = useQueryClient()
  const { form, submit, sending, problem, overtaken, restart } = useEditedForm({
    schema: setAllowances.input,
    stored: storedIn(team),
    storedIn,
    toInput: ({ allowances }) => ({ team: team.slug, allowances }),
    send: (input, version) => call(setAllowances, input, { ifMatch: `"${version}"` }),
    onSent: (after) => {
      client.setQueryData(teamQuery(team.slug).queryKey, after)
      client.invalidateQueries({ queryKey: allowanceUseQuery(team.slug).queryKey })
      notify('The allowance is set')
    },
  })
  return (
    <form onSubmit={submit} noValidate>
      {overtaken && <Overtaken what="the allowance" onRestart={restart} />}
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
