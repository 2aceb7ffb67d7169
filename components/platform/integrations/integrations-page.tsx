'use client'

import { useQuery } from '@tanstack/react-query'
import { integrationsQuery } from '#components/queries/audit.ts'
import { Stack } from '#components/ui/page/layout.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { CardsSkeleton } from '#components/ui/page/skeletons.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { type IntegrationView, integrationGroups } from '#server/contracts/platform/integrations.ts'
import { IntegrationRow } from './integration-row.tsx'
import classes from './integrations.module.css'

const groupWords = {
  portal: 'The portal itself',
  delivery: 'From Git into the clusters',
  models: 'Models and predictions',
  observability: 'Metrics and alerts',
}

/** Everything the portal depends on: does it answer, and what mends it. What is in trouble stands open. */
export function IntegrationsPage() {
  const query = useQuery({ ...integrationsQuery(), refetchInterval: 10_000 })
  return (
    <>
      <PageHeader title="Integrations" facts={query.data ? <Summary all={query.data.integrations} /> : ' '} />
      <QueryGate query={query} loading={<CardsSkeleton count={4} />}>
        {({ integrations }) => (
          <Stack>
            {integrationGroups.map((group) => {
              const members = integrations.filter((each) => each.group === group)
              return (
                members.length > 0 && (
                  <Section key={group} title={groupWords[group]} aside={wellOf(members)} flush>
                    <div className={classes.rows}>
                      {members.map((each) => (
                        <IntegrationRow key={each.name} integration={each} />
                      ))}
                    </div>
                  </Section>
                )
              )
            })}
          </Stack>
        )}
      </QueryGate>
    </>
  )
}

const inUse = (all: readonly IntegrationView[]) => all.filter((each) => each.state !== 'not_configured')
const wellOf = (all: readonly IntegrationView[]) => {
  const used = inUse(all)
  const well = used.filter((each) => each.state === 'ok').length
  return well === used.length ? `all ${used.length} healthy` : `${well} of ${used.length} healthy`
}

function Summary({ all }: { all: readonly IntegrationView[] }) {
  const down = inUse(all).filter((each) => each.state === 'down')
  const doubtful = inUse(all).filter((each) => each.state === 'degraded')
  const newest = all.map((each) => each.checkedAt).reduce((a, b) => ((b ?? '') > (a ?? '') ? b : a), null)
  const names = (some: readonly IntegrationView[]) => some.map((each) => each.title).join(', ')
  return (
    <>
      <span>
        {down.length > 0 && `Not answering: ${names(down)}. `}
        {doubtful.length > 0 && `To look at: ${names(doubtful)}. `}
        {down.length + doubtful.length === 0 && 'Everything answers. '}
      </span>
      {newest && (
        <span>
          Asked <RelativeTime at={newest} />
        </span>
      )}
    </>
  )
}
