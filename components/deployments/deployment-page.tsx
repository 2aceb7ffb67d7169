'use client'

import { IconFlask } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Delivery } from '#components/delivery/delivery.tsx'
import { useMay } from '#components/layout/me-context.tsx'
import { Breadcrumbs } from '#components/layout/navigation/breadcrumbs.tsx'
import { DeploymentMetrics } from '#components/observability/deployment-metrics.tsx'
import { deploymentQuery, type Place } from '#components/queries/deployments.ts'
import { DropdownItem } from '#components/ui/actions/dropdown-item.tsx'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { MoreMenu } from '#components/ui/actions/more-menu.tsx'
import { TextLink } from '#components/ui/actions/text-link.tsx'
import { Columns, FactList, Stack } from '#components/ui/page/layout.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { FreshnessNote } from '#components/ui/state/freshness-note.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { deploymentTone } from '#components/ui/state/tone.ts'
import { Mono } from '#components/ui/text/mono.tsx'
import type { DeploymentDetail } from '#server/contracts/deployments.ts'
import { HistoryList } from './history-list.tsx'
import { ReplicaList } from './replica-list.tsx'
import { VersionTable } from './version-table.tsx'

export function DeploymentPage({ place }: { place: Place }) {
  const query = useQuery({ ...deploymentQuery(place), refetchInterval: 10_000 })
  return <QueryGate query={query}>{(deployment) => <Detail deployment={deployment} place={place} />}</QueryGate>
}

function Detail({ deployment, place }: { deployment: DeploymentDetail; place: Place }) {
  const { team, namespace, model, state, openRequest, message } = deployment
  const tone = deploymentTone[state]
  return (
    <>
      <PageHeader
        above={<Breadcrumbs above={[{ label: 'Deployments', href: `/teams/${team}/deployments` }]} here={model} />}
        title={`${model} in ${namespace}`}
        facts={
          <>
            <span aria-live="polite">
              <StateBadge tone={tone}>{state}</StateBadge>
            </span>
            <span>answers as</span>{' '}
            <Mono copy={deployment.servedName} what="name">
              {deployment.servedName}
            </Mono>
            <FreshnessNote freshness={deployment.freshness} />
          </>
        }
        actions={<Actions deployment={deployment} />}
      />
      <Stack>
        {message && (
          <Notice
            tone={tone === 'good' ? 'info' : tone}
            action={
              state === 'Quota exceeded' && (
                <TextLink href={`/requests/new?kind=namespace.change&team=${team}&namespace=${namespace}`}>
                  Fix this
                </TextLink>
              )
            }
          >
            {message}
          </Notice>
        )}
        {openRequest && (
          <Notice
            tone="info"
            action={<TextLink href={`/requests/${openRequest.id}`}>Open #{openRequest.number}</TextLink>}
          >
            A change is under way: {openRequest.stateLabel}.
          </Notice>
        )}
        <Columns>
          <Stack>
            <Section title="Versions" flush>
              <VersionTable versions={deployment.versions} />
            </Section>
            <DeploymentMetrics place={place} />
            <Section title="History" count={deployment.history.length} flush>
              <HistoryList deployment={deployment} />
            </Section>
          </Stack>
          <Stack>
            <Section title="Endpoint">
              <Endpoint deployment={deployment} />
            </Section>
            <Section title="Replicas" count={deployment.replicas.length} flush>
              <ReplicaList replicas={deployment.replicas} />
            </Section>
            <Delivery team={team} application={deployment.application} />
          </Stack>
        </Columns>
      </Stack>
    </>
  )
}

function Actions({ deployment }: { deployment: DeploymentDetail }) {
  const { team, namespace, model } = deployment
  const may = useMay(team)
  const ask = (kind: string) => `/requests/new?kind=${kind}&team=${team}&namespace=${namespace}&model=${model}`
  const canUndo = deployment.history.some((each) => each.canUndo)
  return (
    <>
      {may('request.submit') && (
        <>
          <MoreMenu label="More for this deployment">
            {(close) => (
              <>
                <DropdownItem href={`/teams/${team}/models/${model}`} onClick={close}>
                  Open the model
                </DropdownItem>
                <DropdownItem danger href={ask('model.undeploy')} onClick={close}>
                  Take {model} out of {namespace}
                </DropdownItem>
              </>
            )}
          </MoreMenu>
          {canUndo && (
            <LinkButton href={ask('model.rollback')} variant="default">
              Roll back
            </LinkButton>
          )}
          <LinkButton href={ask('model.change')} variant="default">
            Shift traffic
          </LinkButton>
        </>
      )}
      {may('playground.use') && (
        <LinkButton
          href={`/teams/${team}/playground?namespace=${namespace}&model=${model}`}
          leftSection={<IconFlask size={16} stroke={1.7} />}
        >
          Try it
        </LinkButton>
      )}
    </>
  )
}

function Endpoint({ deployment }: { deployment: DeploymentDetail }) {
  const { endpoint, limits } = deployment
  const orNone = (value: number | null, unit: string) =>
    value === null ? 'no limit of its own' : `${value.toLocaleString('en-US')}${unit}`
  return (
    <FactList
      facts={[
        [
          'Address',
          endpoint ? (
            <Mono key="url" copy={endpoint} what="address">
              {endpoint}
            </Mono>
          ) : (
            'not answering yet'
          ),
        ],
        ['Protocol', 'Open Inference Protocol v2'],
        ['Calls at once', orNone(limits.concurrency, '')],
        ['Calls a second', orNone(limits.requestsPerSecond, '')],
        ['Longest call', orNone(limits.timeoutMilliseconds, ' ms')],
      ]}
    />
  )
}
