'use client'

import { useQuery } from '@tanstack/react-query'
import { Delivery } from '#components/delivery/delivery.tsx'
import { useMay } from '#components/layout/me-context.tsx'
import { Breadcrumbs } from '#components/layout/navigation/breadcrumbs.tsx'
import { namespaceQuery } from '#components/queries/namespaces.ts'
import { DropdownItem } from '#components/ui/actions/dropdown-item.tsx'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { MoreMenu } from '#components/ui/actions/more-menu.tsx'
import { TextLink } from '#components/ui/actions/text-link.tsx'
import { dollars } from '#components/ui/figures/amounts.ts'
import { UsageBar } from '#components/ui/figures/usage-bar.tsx'
import { Columns, Stack } from '#components/ui/page/layout.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { FreshnessNote } from '#components/ui/state/freshness-note.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { namespaceTone } from '#components/ui/state/tone.ts'
import type { NamespaceDetail } from '#server/contracts/namespaces.ts'
import { resources } from '#server/contracts/quantity.ts'
import { EventList } from './event-list.tsx'
import classes from './namespaces.module.css'
import { ObjectTable } from './object-table.tsx'
import { PodTable } from './pod-table.tsx'
import { RequestLinks } from './request-links.tsx'

export function NamespacePage({ team, name }: { team: string; name: string }) {
  const query = useQuery({ ...namespaceQuery(team, name), refetchInterval: 15_000 })
  return <QueryGate query={query}>{(namespace) => <Detail namespace={namespace} />}</QueryGate>
}

function Detail({ namespace }: { namespace: NamespaceDetail }) {
  const { team, name, state, quota, used, message, openRequest } = namespace
  const may = useMay(team)
  const ask = (kind: string) => `/requests/new?kind=${kind}&team=${team}&namespace=${name}`
  return (
    <>
      <PageHeader
        above={<Breadcrumbs above={[{ label: 'Namespaces', href: `/teams/${team}/namespaces` }]} here={name} />}
        title={name}
        facts={
          <>
            <StateBadge tone={namespaceTone[state]}>{state}</StateBadge>
            <span>
              {namespace.environment} · {dollars(namespace.monthlyCost)} a month
            </span>
            <FreshnessNote freshness={namespace.freshness} />
          </>
        }
        actions={
          may('request.submit') && (
            <>
              <MoreMenu label="More for this namespace">
                {(close) => (
                  <>
                    <DropdownItem danger href={ask('namespace.delete')} onClick={close}>
                      Delete {name}
                    </DropdownItem>
                  </>
                )}
              </MoreMenu>
              <LinkButton href={ask('namespace.change')} variant="default">
                Change quota
              </LinkButton>
              <LinkButton href={ask('model.deploy')}>Deploy model</LinkButton>
            </>
          )
        }
      />
      <Columns>
        <Stack>
          {message && <Notice tone={namespaceTone[state] === 'good' ? 'info' : namespaceTone[state]}>{message}</Notice>}
          {openRequest && (
            <Notice tone="info" action={<TextLink href={`/requests/${openRequest}`}>Open it</TextLink>}>
              A request for this namespace is under way.
            </Notice>
          )}
          <Section title="Use against quota">
            <div className={classes.bars}>
              {quota
                ? resources
                    .filter((resource) => quota[resource] > 0)
                    .map((resource) => (
                      <UsageBar
                        key={resource}
                        resource={resource}
                        used={used?.[resource] ?? 0}
                        limit={quota[resource]}
                      />
                    ))
                : 'The quota is not in force yet.'}
            </div>
          </Section>
          {namespace.pods.length > 0 && (
            <Section title="Pods" count={namespace.pods.length} flush>
              <PodTable namespace={namespace} />
            </Section>
          )}
          <Section title="Events" count={namespace.events.length} flush>
            <EventList events={namespace.events} eventsProblem={namespace.eventsProblem} />
          </Section>
          <Section title="Objects" count={namespace.objects.length} flush>
            <ObjectTable objects={namespace.objects} />
          </Section>
        </Stack>
        <Stack>
          <Delivery team={team} application={namespace.application} />
          <Section title="Requests" flush>
            <RequestLinks requests={namespace.requests} />
          </Section>
        </Stack>
      </Columns>
    </>
  )
}
