'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Breadcrumbs } from '#components/layout/navigation/breadcrumbs.tsx'
import { podLogQuery } from '#components/queries/namespaces.ts'
import { problemOf } from '#components/queries/wire/problem-error.ts'
import { Stack } from '#components/ui/page/layout.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { CardSkeleton } from '#components/ui/page/skeletons.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { foreignTone } from '#components/ui/state/tone.ts'
import { useUrlState } from '#components/ui/table/use-url-state.ts'
import { LogText } from './log-text.tsx'
import { LogTools } from './log-tools.tsx'

/** What a pod has written: its last lines, those of the run before, and what comes. */
export function PodPage({ team, namespace, pod }: { team: string; namespace: string; pod: string }) {
  const [container, setContainer] = useUrlState('container')
  const [run, setRun] = useUrlState('run')
  const [lines, setLines] = useUrlState('lines')
  const [following, setFollowing] = useState(true)
  const previous = run === 'previous'
  const query = useQuery({
    ...podLogQuery({
      team,
      namespace,
      pod,
      lines: Number(lines) || 500,
      ...(container && { container }),
      ...(previous && { previous: 'true' }),
    }),
    placeholderData: keepPreviousData,
    // The run before has ended: nothing is added to it.
    refetchInterval: following && !previous ? 2000 : false,
  })
  const above = [
    { label: 'Namespaces', href: `/teams/${team}/namespaces` },
    { label: namespace, href: `/teams/${team}/namespaces/${namespace}` },
  ]
  const log = query.data
  return (
    <>
      <PageHeader
        above={<Breadcrumbs above={above} here={pod} />}
        title={pod}
        facts={
          log ? (
            <>
              <StateBadge tone={foreignTone(log.phase)}>{log.phase}</StateBadge>
              {log.restarts > 0 && <span>started again {log.restarts} ×</span>}
              <span>
                read <RelativeTime at={log.readAt} />
              </span>
            </>
          ) : (
            ' '
          )
        }
      />
      <QueryGate query={query} loading={<CardSkeleton lines={12} />}>
        {(read) => (
          <Stack>
            {query.error && (
              <Notice tone="warn" title="What is below is the last that could be read.">
                {problemOf(query.error).detail} {problemOf(query.error).remedy}
              </Notice>
            )}
            <Section
              title="Log"
              aside={
                <LogTools
                  log={read}
                  lines={lines ?? '500'}
                  previous={previous}
                  following={following}
                  choose={{ container: setContainer, run: setRun, lines: setLines, following: setFollowing }}
                />
              }
              flush
            >
              <LogText log={read} previous={previous} following={following && !previous} />
            </Section>
          </Stack>
        )}
      </QueryGate>
    </>
  )
}
