'use client'

import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { alertsQuery, silencesQuery } from '#components/queries/observability.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { Stack } from '#components/ui/page/layout.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { CardSkeleton } from '#components/ui/page/skeletons.tsx'
import { FreshnessNote } from '#components/ui/state/freshness-note.tsx'
import type { AlertView } from '#server/contracts/serving/observability.ts'
import { AlertRow } from './alert-row.tsx'
import classes from './observability.module.css'
import { SilenceList } from './silence-list.tsx'

const SilenceDialog = dynamic(() => import('./silence-dialog.tsx').then((module) => module.SilenceDialog), {
  ssr: false,
})

const order = { firing: 0, pending: 1, silenced: 2 }

export function AlertsPage({ team }: { team: string }) {
  const alerts = useQuery({ ...alertsQuery(team), refetchInterval: 15_000 })
  const silences = useQuery(silencesQuery(team))
  const [silencing, setSilencing] = useState<AlertView | null>(null)
  const firing = alerts.data?.alerts.filter((alert) => alert.state === 'firing').length
  const isKnown = alerts.data?.freshness.problem === null
  return (
    <>
      <PageHeader
        title="Alerts"
        facts={firing === undefined ? ' ' : firing > 0 ? `${firing} firing` : isKnown ? 'Nothing fires' : ' '}
      />
      <Stack>
        <QueryGate query={alerts} loading={<CardSkeleton lines={5} />}>
          {(data) => (
            <Section
              title="Alerts of the team"
              count={data.alerts.length}
              aside={<FreshnessNote freshness={data.freshness} />}
              flush
            >
              {data.alerts.length === 0 ? (
                <EmptyState title={data.freshness.problem ? 'Alerts cannot be read now' : 'No alerts'}>
                  {data.freshness.problem
                    ? 'Whether any fires is not known while this cannot be read.'
                    : 'Rules watch errors, latency and readiness of everything the team serves.'}
                </EmptyState>
              ) : (
                <ul className={classes.alerts}>
                  {data.alerts
                    .toSorted((a, b) => order[a.state] - order[b.state])
                    .map((alert) => (
                      <AlertRow
                        key={alert.fingerprint}
                        team={team}
                        alert={alert}
                        onSilence={() => setSilencing(alert)}
                      />
                    ))}
                </ul>
              )}
            </Section>
          )}
        </QueryGate>
        <QueryGate query={silences} loading={<CardSkeleton lines={3} />}>
          {(data) => (
            <Section title="Silences" aside={<FreshnessNote freshness={data.freshness} />} flush>
              <SilenceList team={team} silences={data.silences} problem={data.freshness.problem} />
            </Section>
          )}
        </QueryGate>
      </Stack>
      {silencing && <SilenceDialog team={team} alert={silencing} onClose={() => setSilencing(null)} />}
    </>
  )
}
