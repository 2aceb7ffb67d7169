'use client'

import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { answers } from '#components/deployments/answers.ts'
import { useMay, useMe } from '#components/layout/me-context.tsx'
import { UsageCard } from '#components/namespaces/usage-card.tsx'
import { deploymentsQuery } from '#components/queries/deployments.ts'
import { namespacesQuery } from '#components/queries/namespaces.ts'
import { alertsQuery, teamMetricsQuery } from '#components/queries/observability.ts'
import { failedRequestsQuery, openRequestsQuery, waitingForMeQuery } from '#components/queries/requests.ts'
import { teamQuery } from '#components/queries/teams.ts'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { TextLink } from '#components/ui/actions/text-link.tsx'
import { rate } from '#components/ui/figures/amounts.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { Card, Cards, Stack } from '#components/ui/page/layout.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { CardSkeleton, CardsSkeleton } from '#components/ui/page/skeletons.tsx'
import { isUnread, readingOf } from '#components/ui/state/reading.ts'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { DataTable } from '#components/ui/table/data-table.tsx'
import { needsOf } from './needs.ts'
import { NeedsYou } from './needs-you.tsx'
import { servingColumns, servingHref, withMetrics } from './serving-columns.tsx'

const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`

/** The first page of a team: what needs somebody, what serves, what it uses. */
export function TeamHome({ team }: { team: string }) {
  const me = useMe()
  const may = useMay(team)
  const namespaces = useQuery(namespacesQuery(team))
  const deployments = useQuery(deploymentsQuery(team))
  const metrics = useQuery({ ...teamMetricsQuery(team), refetchInterval: 15_000 })
  const alerts = useQuery(alertsQuery(team))
  const open = useQuery(openRequestsQuery(team))
  const failed = useQuery(failedRequestsQuery(team))
  const waiting = useQuery(waitingForMeQuery())
  // A team that is archived is in nobody's list any more, and can still be looked at.
  const listed = me.teams.find((each) => each.slug === team)
  const facts = useQuery({ ...teamQuery(team), enabled: !listed })
  const name = listed?.name ?? facts.data?.name ?? team
  const begins = namespaces.data?.items.length === 0
  const needs = needsOf({
    team,
    me: me.id,
    requests: [...(open.data?.items ?? []), ...(failed.data?.items ?? [])],
    waitingForMe: waiting.data?.items ?? [],
    deployments: deployments.data?.items ?? [],
    alerts: alerts.data?.alerts ?? [],
    mayAsk: may('request.submit'),
  })
  const asked = [open, failed, waiting, alerts, deployments]
  const unknown = asked.find(isUnread)
  // A few needs may stand before all are read; that there are none is said only then.
  const showsNeeds = open.data && deployments.data && (needs.length > 0 || readingOf(asked) === 'read')
  const serving = deployments.data && withMetrics(deployments.data.items, metrics.data)
  const tally = [
    namespaces.data && plural(namespaces.data.items.length, 'namespace'),
    deployments.data && `${plural(deployments.data.items.filter(answers).length, 'model')} serving`,
    metrics.data?.requestRate != null && `${rate(metrics.data.requestRate)} requests a second`,
  ].filter(Boolean)

  return (
    <>
      <PageHeader
        title={name}
        facts={tally.join(' · ') || ' '}
        actions={
          may('request.submit') && (
            <>
              <LinkButton
                href={`/requests/new?kind=namespace.create&team=${team}`}
                variant={begins ? 'filled' : 'default'}
                leftSection={<IconPlus size={16} stroke={1.7} />}
              >
                Request namespace
              </LinkButton>
              {!begins && (
                <LinkButton
                  href={`/requests/new?kind=model.deploy&team=${team}`}
                  leftSection={<IconPlus size={16} stroke={1.7} />}
                >
                  Deploy model
                </LinkButton>
              )}
            </>
          )
        }
      />
      <Stack>
        {facts.data?.archivedAt && (
          <Notice tone="neutral" title="This team is archived">
            Since <RelativeTime at={facts.data.archivedAt} />. Nothing can be asked for in its name any more.
          </Notice>
        )}
        {begins && needs.length === 0 ? null : showsNeeds ? (
          <NeedsYou needs={needs} />
        ) : unknown ? (
          <Card>
            <ErrorState error={unknown.error} onRetry={() => unknown.refetch()} />
          </Card>
        ) : (
          <CardSkeleton lines={4} />
        )}
        <Section
          title="Models"
          aside={<TextLink href={`/teams/${team}/deployments`}>All deployments →</TextLink>}
          flush
        >
          <DataTable
            plain
            name="home-models"
            label="Models that serve"
            columns={servingColumns}
            rows={serving}
            rowKey={(row) => row.servedName}
            href={servingHref}
            error={deployments.error}
            onRetry={() => deployments.refetch()}
            empty={
              <EmptyState
                title="No model serves yet"
                actions={
                  may('model.create') && (
                    <LinkButton href={`/teams/${team}/models`} variant="default" size="xs">
                      Go to models
                    </LinkButton>
                  )
                }
              >
                Upload an ONNX file under Models, then deploy a version to one of the namespaces.
              </EmptyState>
            }
          />
        </Section>
        {namespaces.error ? (
          <Card>
            <ErrorState error={namespaces.error} onRetry={() => namespaces.refetch()} />
          </Card>
        ) : !namespaces.data ? (
          <CardsSkeleton />
        ) : namespaces.data.items.length === 0 ? (
          <Card>
            <EmptyState title="No namespaces yet">
              A namespace holds what the team runs in one environment. Ask for the first one; the form says what fits.
            </EmptyState>
          </Card>
        ) : (
          <Cards>
            {namespaces.data.items.map((namespace) => (
              <UsageCard key={namespace.name} namespace={namespace} />
            ))}
          </Cards>
        )}
      </Stack>
    </>
  )
}
