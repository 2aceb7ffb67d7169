'use client'

import { TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { meQuery } from '#components/queries/me.ts'
import { teamQuery } from '#components/queries/teams.ts'
import { call } from '#components/queries/wire/call.ts'
import { TeamFields } from '#components/team/team-fields.tsx'
import { notify } from '#components/ui/actions/notify.ts'
import { FormFooter } from '#components/ui/form/form-footer.tsx'
import { useContractForm } from '#components/ui/form/use-contract-form.ts'
import { Stack } from '#components/ui/page/layout.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { createTeam } from '#server/contracts/people.ts'
import { noAmounts } from '#server/contracts/quantity.ts'
import { AllowanceFields } from './allowance-fields.tsx'
import { allowancesText } from './allowances-text.ts'
import classes from './teams.module.css'

const nothing = {
  slug: '',
  name: '',
  costCentre: '',
  onCall: '',
  allowances: allowancesText({ dev: noAmounts, staging: noAmounts, prod: noAmounts }),
}

export function NewTeamForm() {
  const client = useQueryClient()
  const router = useRouter()
  const { form, submit, sending, problem } = useContractForm({
    schema: createTeam.input,
    initialValues: nothing,
    toInput: (values) => values,
    send: (input, idempotencyKey) => call(createTeam, input, { idempotencyKey }),
    onSent: (team) => {
      client.setQueryData(teamQuery(team.slug).queryKey, team)
      client.invalidateQueries({ queryKey: meQuery().queryKey })
      notify(`Team ${team.name} is created`)
      router.push(`/admin/teams/${team.slug}`)
    },
  })
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Section title="About the team">
          <div className={classes.row}>
            <TextInput
              label="Slug"
              description="Begins the names of its namespaces; stays as it is"
              placeholder="fraud"
              required
              autoComplete="off"
              spellCheck={false}
              {...form.getInputProps('slug')}
            />
            <TeamFields inputProps={(field) => form.getInputProps(field)} />
          </div>
        </Section>
        <Section title="Allowance" aside="What all namespaces of the team may ask for together">
          <AllowanceFields
            value={form.values.allowances}
            onChange={(environment, amounts) => form.setFieldValue(`allowances.${environment}`, amounts)}
            errors={form.errors}
            inputProps={(field) => form.getInputProps(field)}
          />
          <FormFooter
            label={form.values.slug ? `Create team ${form.values.slug}` : 'Create the team'}
            sending={sending}
            problem={problem}
          />
        </Section>
      </Stack>
    </form>
  )
}
