'use client'

import { useQuery } from '@tanstack/react-query'
import { integrationsQuery } from '#components/queries/audit.ts'
import { Cards, FactList } from '#components/ui/page/layout.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { CardsSkeleton } from '#components/ui/page/skeletons.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { integrationTone } from '#components/ui/state/tone.ts'
import type { IntegrationView } from '#server/contracts/platform/integrations.ts'
import classes from './platform.module.css'

const words = { ok: 'Answers', degraded: 'Degraded', down: 'Does not answer', not_configured: 'Not set up' }

/** Everything the portal depends on: does it answer, and what mends it. */
export function IntegrationsPage() {
  const query = useQuery({ ...integrationsQuery(), refetchInterval: 15_000 })
  const all = query.data?.integrations
  const well = all?.filter((each) => each.state === 'ok').length
  return (
    <>
      <PageHeader
        title="Integrations"
        facts={all ? `${well} of ${all.filter((each) => each.state !== 'not_configured').length} answer` : ' '}
      />
      <QueryGate query={query} loading={<CardsSkeleton count={6} />}>
        {({ integrations }) => (
          <Cards>
            {integrations.map((each) => (
              <IntegrationCard key={each.name} integration={each} />
            ))}
          </Cards>
        )}
      </QueryGate>
    </>
  )
}

function IntegrationCard({ integration }: { integration: IntegrationView }) {
  const { title, state, version, latencyMilliseconds, lastSuccess, lastError, remedy, facts } = integration
  return (
    <Section title={title} aside={<StateBadge tone={integrationTone[state]}>{words[state]}</StateBadge>}>
      <div className={classes.body}>
        {lastError && state !== 'ok' && (
          <Notice tone={integrationTone[state]} title={lastError}>
            {remedy}
          </Notice>
        )}
        {!lastError && state === 'not_configured' && remedy && <p className={classes.quiet}>{remedy}</p>}
        <FactList
          facts={[
            ...(version ? ([['Version', version]] as const) : []),
            ...(latencyMilliseconds === null
              ? []
              : ([['Answered in', `${Math.round(latencyMilliseconds)} ms`]] as const)),
            ...(lastSuccess ? ([['Last answer', <RelativeTime key="last" at={lastSuccess} />]] as const) : []),
            ...facts.map((fact) => [fact.label, <Fact key={fact.label} ok={fact.ok} value={fact.value} />] as const),
          ]}
        />
      </div>
    </Section>
  )
}

function Fact({ ok, value }: { ok: boolean | null; value: string }) {
  if (ok === null) return value
  return (
    <span>
      {value} {ok ? '' : <StateBadge tone="warn">Look here</StateBadge>}
    </span>
  )
}
