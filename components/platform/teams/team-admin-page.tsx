'use client'

import { useQuery } from '@tanstack/react-query'
import { Breadcrumbs } from '#components/layout/navigation/breadcrumbs.tsx'
import { teamQuery } from '#components/queries/teams.ts'
import { TeamFacts } from '#components/team/team-facts.tsx'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { Columns, Stack } from '#components/ui/page/layout.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { AllowanceForm } from './allowance-form.tsx'
import { ArchiveTeam } from './archive-team.tsx'
import { ForAdmins } from './for-admins.tsx'

export function TeamAdminPage({ team }: { team: string }) {
  const query = useQuery(teamQuery(team))
  return (
    <ForAdmins>
      <QueryGate query={query}>
        {(view) => (
          <>
            <PageHeader
              title={view.name}
              above={<Breadcrumbs above={[{ label: 'Teams', href: '/admin/teams' }]} here={view.name} />}
              facts={
                <>
                  <span className="mono">{view.slug}</span>
                  <span>
                    · {view.memberCount} {view.memberCount === 1 ? 'member' : 'members'}
                  </span>
                </>
              }
              actions={
                <>
                  <LinkButton href={`/teams/${view.slug}/team`} variant="default">
                    Members and tokens
                  </LinkButton>
                  {!view.archivedAt && <ArchiveTeam team={view} />}
                </>
              }
            />
            {view.archivedAt ? (
              <Stack>
                <Notice tone="neutral" title="This team is archived">
                  Since <RelativeTime at={view.archivedAt} />. Nothing can be asked for in its name any more.
                </Notice>
                <Section title="About the team">
                  <TeamFacts team={view} editable={false} />
                </Section>
              </Stack>
            ) : (
              <Columns>
                <Section title="Allowance" aside="What all namespaces of the team may ask for together">
                  <AllowanceForm team={view} />
                </Section>
                <Section title="About the team">
                  <TeamFacts team={view} editable />
                </Section>
              </Columns>
            )}
          </>
        )}
      </QueryGate>
    </ForAdmins>
  )
}
