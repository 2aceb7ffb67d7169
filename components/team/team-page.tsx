'use client'

import { Skeleton, Text } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useMay } from '#components/layout/me-context.tsx'
import { allowanceUseQuery, memberPages, teamQuery } from '#components/queries/teams.ts'
import { UsageBar } from '#components/ui/figures/usage-bar.tsx'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { Columns, Stack } from '#components/ui/page/layout.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { CardSkeleton } from '#components/ui/page/skeletons.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { listOf } from '#components/ui/table/list-of.ts'
import { useServerSort } from '#components/ui/table/sorting/use-server-sort.ts'
import { type AllowanceUse, MemberSort, type TeamView, updateTeam } from '#server/contracts/people.ts'
import { resources } from '#server/contracts/quantity.ts'
import { listTeamTokens } from '#server/contracts/tokens.ts'
import { AddMember } from './add-member.tsx'
import { MemberTable } from './member-table.tsx'
import classes from './team.module.css'
import { TeamFacts } from './team-facts.tsx'

const TeamTokens = dynamic(() => import('#components/tokens/team-tokens.tsx').then((module) => module.TeamTokens), {
  ssr: false,
  loading: () => <CardSkeleton lines={3} />,
})

export function TeamPage({ team }: { team: string }) {
  const query = useQuery(teamQuery(team))
  return <QueryGate query={query}>{(view) => <Detail team={view} />}</QueryGate>
}

function Detail({ team }: { team: TeamView }) {
  const may = useMay(team.slug)
  const sort = useServerSort(MemberSort, 'members-sort')
  const members = listOf(useInfiniteQuery({ ...memberPages(team.slug, sort), placeholderData: keepPreviousData }))
  const use = useQuery(allowanceUseQuery(team.slug))
  return (
    <>
      <PageHeader
        title={team.name}
        facts={
          <>
            <span className="mono">{team.slug}</span>
            <span>
              · {team.memberCount} {team.memberCount === 1 ? 'member' : 'members'}
            </span>
            {team.archivedAt && <StateBadge tone="neutral">Archived</StateBadge>}
          </>
        }
        actions={may('member.set') && <AddMember team={team.slug} members={members.rows ?? []} />}
      />
      <Columns>
        <Stack>
          <Section title="Members" count={team.memberCount} flush>
            <MemberTable team={team.slug} {...members} />
          </Section>
          <Section title="Allowance" aside="What all namespaces of the team may ask for together">
            {use.data ? (
              <div className={classes.allowances}>
                {use.data.environments.map((each) => (
                  <Allowance key={each.environment} use={each} />
                ))}
              </div>
            ) : use.error ? (
              <ErrorState error={use.error} onRetry={() => use.refetch()} />
            ) : (
              <Skeleton height={120} />
            )}
          </Section>
          {may(listTeamTokens.action) && <TeamTokens team={team.slug} />}
        </Stack>
        <Section title="About the team">
          <TeamFacts team={team} editable={may(updateTeam.action)} />
        </Section>
      </Columns>
    </>
  )
}

function Allowance({ use }: { use: AllowanceUse }) {
  const granted = resources.filter((resource) => use.allowance[resource] > 0)
  return (
    <div className={classes.allowance}>
      <h3 className={classes.environment}>{use.environment}</h3>
      {granted.length === 0 && (
        <Text size="sm" c="dimmed">
          The team may ask for nothing here.
        </Text>
      )}
      {granted.map((resource) => (
        <UsageBar key={resource} resource={resource} used={use.committed[resource]} limit={use.allowance[resource]} />
      ))}
    </div>
  )
}
