'use client'

import { useQuery } from '@tanstack/react-query'
import { gitAccountQuery } from '#components/queries/git-account.ts'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { HostAnswer, type HostAnswerParts } from './host-answer.tsx'
import { LinkAccount } from './link-account.tsx'
import { LinkedAccount } from './linked-account.tsx'

/** Which account on the Git host is mine. The host sends the browser back here with its answer. */
export function GitAccountPage({ answer }: { answer: HostAnswerParts }) {
  const query = useQuery(gitAccountQuery())
  return (
    <>
      <PageHeader title="Git account" facts="With it, your reviews on the Git host count here" />
      <HostAnswer answer={answer} />
      <Section title="Your account on the Git host">
        <QueryGate query={query}>
          {(view) =>
            view.account ? (
              <LinkedAccount host={view.host} account={view.account} />
            ) : (
              <LinkAccount host={view.host} canLink={view.canLink} />
            )
          }
        </QueryGate>
      </Section>
    </>
  )
}
