'use client'

import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMay } from '#components/layout/me-context.tsx'
import { alertsQuery, silencesQuery } from '#components/queries/observability.ts'
import { call } from '#components/queries/wire/call.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { expireSilence, type SilenceView } from '#server/contracts/serving/observability.ts'
import classes from './observability.module.css'

const words = { active: 'Active', pending: 'Starts later', expired: 'Ended' }
const order = { active: 0, pending: 1, expired: 2 }

type Props = {
  team: string
  silences: readonly SilenceView[]
  /** Why they cannot be read now: then none is not the same as no silences. */
  problem: string | null
}

export function SilenceList({ team, silences, problem }: Props) {
  const may = useMay(team)
  const client = useQueryClient()
  const end = useMutation({
    mutationFn: (id: string) => call(expireSilence, { team, id }),
    onSettled: () => {
      client.invalidateQueries({ queryKey: alertsQuery(team).queryKey })
      client.invalidateQueries({ queryKey: silencesQuery(team).queryKey })
    },
  })
  if (silences.length === 0) {
    return (
      <EmptyState title={problem ? 'Silences cannot be read now' : 'No silences'}>
        {problem ?? 'An alert can be silenced for a while, with a reason.'}
      </EmptyState>
    )
  }
  return (
    <>
      {end.error && <ErrorState error={end.error} />}
      <ul className={classes.alerts}>
        {silences
          .toSorted((a, b) => order[a.state] - order[b.state] || b.endsAt.localeCompare(a.endsAt))
          .map((silence) => (
            <li key={silence.id} className={classes.alert}>
              <StateBadge tone={silence.state === 'active' ? 'info' : 'neutral'}>{words[silence.state]}</StateBadge>
              <div className={classes.alertBody}>
                <h3 className={classes.alertTitle}>{silence.reason}</h3>
                <p className={classes.alertText}>
                  {silence.matchers.map((matcher) => `${matcher.name} ${matcher.value}`).join(', ')} · by{' '}
                  {silence.createdBy} · {silence.state === 'expired' ? 'ended' : 'ends'}{' '}
                  <RelativeTime at={silence.endsAt} />
                </p>
              </div>
              {silence.state !== 'expired' && may('alert.silence') && (
                <Button
                  size="xs"
                  variant="default"
                  loading={end.isPending && end.variables === silence.id}
                  onClick={() => end.mutate(silence.id)}
                  aria-label={`End now: ${silence.reason}`}
                >
                  End now
                </Button>
              )}
            </li>
          ))}
      </ul>
    </>
  )
}
