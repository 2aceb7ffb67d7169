'use client'

import { useQuery } from '@tanstack/react-query'
import { Breadcrumbs } from '#components/layout/navigation/breadcrumbs.tsx'
import { requestQuery } from '#components/queries/requests.ts'
import { OutsideLink, TextLink } from '#components/ui/actions/text-link.tsx'
import { Columns, Last, Stack } from '#components/ui/page/layout.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { requestTone } from '#components/ui/state/tone.ts'
import { Mono } from '#components/ui/text/mono.tsx'
import { finalStates } from '#server/contracts/requests/life.ts'
import type { RequestView } from '#server/contracts/requests.ts'
import { Approvals } from './approvals.tsx'
import { DecisionActions } from './decision-actions.tsx'
import classes from './request.module.css'
import { RequestEvidence } from './request-evidence.tsx'
import { RequestTimeline } from './request-timeline.tsx'
import { WhatChanges } from './what-changes.tsx'

/** The decision page: why, what changes, who must say yes, and what happens next. */
export function RequestPage({ id }: { id: string }) {
  const query = useQuery({
    ...requestQuery(id),
    // The stream tells of every step; this only bridges the time when the stream is down.
    refetchInterval: (current) =>
      current.state.data && finalStates.includes(current.state.data.state) ? false : 10_000,
  })
  return <QueryGate query={query}>{(request) => <Decision request={request} />}</QueryGate>
}

function Decision({ request }: { request: RequestView }) {
  return (
    <>
      <PageHeader
        above={
          <Breadcrumbs
            above={[{ label: 'Requests', href: `/teams/${request.team}/requests` }]}
            here={`#${request.number}`}
          />
        }
        title={request.title}
        facts={<Facts request={request} />}
        actions={<DecisionActions request={request} />}
      />
      <Columns>
        <Stack>
          {request.failure && (
            <Notice tone="bad" title={request.failure.message}>
              {request.failure.remedy}
            </Notice>
          )}
          <Section title="Why">
            <p className={classes.reason}>{request.reason}</p>
          </Section>
          <WhatChanges request={request} />
          <Last>
            <RequestEvidence request={request} />
          </Last>
        </Stack>
        <Stack>
          <Approvals request={request} />
          <RequestTimeline request={request} />
        </Stack>
      </Columns>
    </>
  )
}

function Facts({ request }: { request: RequestView }) {
  const { pullRequest, target, team } = request
  return (
    <>
      <span aria-live="polite">
        <StateBadge tone={requestTone[request.state]}>{request.stateLabel}</StateBadge>
      </span>
      <span>
        {request.teamName} · asked <RelativeTime at={request.createdAt} />
      </span>
      {pullRequest && (
        <span>
          · <OutsideLink href={pullRequest.url}>PR #{pullRequest.number}</OutsideLink>
          {pullRequest.headSha && (
            <>
              {' '}
              at <Mono>{pullRequest.headSha.slice(0, 7)}</Mono>
            </>
          )}
        </span>
      )}
      {request.state === 'done' && (
        <span>
          ·{' '}
          {target.model ? (
            <TextLink href={`/teams/${team}/deployments/${target.namespace}/${target.model}`}>
              {target.namespace}.{target.model}
            </TextLink>
          ) : (
            <TextLink href={`/teams/${team}/namespaces/${target.namespace}`}>{target.namespace}</TextLink>
          )}
        </span>
      )}
    </>
  )
}
