'use client'

import { useQueryClient } from '@tanstack/react-query'
import { teamQuery } from '#components/queries/teams.ts'
import { call } from '#components/queries/wire/call.ts'
import { notify } from '#components/ui/actions/notify.ts'
import { Overtaken } from '#components/ui/form/edited/overtaken.tsx'
import { useEditedForm } from '#components/ui/form/edited/use-edited-form.ts'
import { FormFooter } from '#components/ui/form/form-footer.tsx'
import { FactList } from '#components/ui/page/layout.tsx'
import { type TeamView, updateTeam } from '#server/contracts/people.ts'
import classes from './team.module.css'
import { TeamFields } from './team-fields.tsx'

export function TeamFacts({ team, editable }: { team: TeamView; editable: boolean }) {
  if (editable) return <TeamForm team={team} />
  return (
    <FactList
      facts={[
        ['On call', team.onCall],
        ['Cost centre', team.costCentre],
      ]}
    />
  )
}

const storedIn = ({ name, costCentre, onCall, version }: TeamView) => ({
  values: { name, costCentre, onCall },
  version,
})

function TeamForm({ team }: { team: TeamView }) {
  const client = useQueryClient()
  const { form, submit, sending, problem, overtaken, restart } = useEditedForm({
    schema: updateTeam.input,
    stored: storedIn(team),
    storedIn,
    toInput: (values) => ({ team: team.slug, ...values }),
    send: (input, version) => call(updateTeam, input, { ifMatch: `"${version}"` }),
    onSent: (after) => {
      client.setQueryData(teamQuery(team.slug).queryKey, after)
      notify('The team is saved')
    },
  })
  return (
    <form onSubmit={submit} noValidate>
      {overtaken && <Overtaken what="these facts" onRestart={restart} />}
      <div className={classes.fields}>
        <TeamFields inputProps={(field) => form.getInputProps(field)} />
      </div>
      <FormFooter label="Save the team" sending={sending} problem={problem} disabled={!form.isDirty()} />
    </form>
  )
}
