'use client'

import { Skeleton, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { requestDiffQuery } from '#components/queries/requests.ts'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import page from '#components/ui/page/page.module.css'
import { Count } from '#components/ui/state/count.tsx'
import { isUnread } from '#components/ui/state/reading.ts'
import { useUrlState } from '#components/ui/table/use-url-state.ts'
import { DiffViewer } from '#components/ui/text/diff-viewer.tsx'
import { finalStates } from '#server/contracts/requests/life.ts'
import type { RequestView } from '#server/contracts/requests.ts'
import { changesOnlyItsRequest, tellingFirst } from './only-its-request.ts'
import classes from './request.module.css'

/** The diff of the pull request, the files it touches, the rules it was judged by. */
export function RequestEvidence({ request }: { request: RequestView }) {
  const [tab, setTab] = useUrlState('tab')
  const diff = useQuery({ ...requestDiffQuery(request.id), enabled: request.pullRequest !== null })
  const files = useMemo(() => tellingFirst(diff.data?.files ?? []), [diff.data])
  return (
    <section className={page.section} aria-label="Evidence">
      <Tabs value={tab ?? 'diff'} onChange={(value) => setTab(value === 'diff' ? null : value)}>
        <Tabs.List px={8}>
          <Tabs.Tab value="diff">Diff</Tabs.Tab>
          <Tabs.Tab value="objects" rightSection={files.length > 0 ? <Count value={files.length} /> : null}>
            Objects
          </Tabs.Tab>
          <Tabs.Tab value="rules" rightSection={<Count value={request.verdict.reasons.length} />}>
            Rules
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="diff">
          {diff.error ? (
            <ErrorState error={diff.error} onRetry={() => diff.refetch()} />
          ) : !request.pullRequest ? (
            <p className={classes.note}>
              {finalStates.includes(request.state)
                ? 'It ended before a pull request was opened, so nothing was changed.'
                : 'The pull request is being opened; its diff appears here.'}
            </p>
          ) : !diff.data ? (
            <Skeleton height={160} m={16} width="auto" />
          ) : (
            <>
              {diff.data.problem && <Notice tone="warn">{diff.data.problem}</Notice>}
              {diff.data.headSha &&
                request.pullRequest.headSha &&
                diff.data.headSha !== request.pullRequest.headSha && (
                  <Notice tone="warn" title="The branch has moved on">
                    This diff is of {diff.data.headSha.slice(0, 7)}. It is being read again.
                  </Notice>
                )}
              <DiffViewer files={files} aside={(file) => (changesOnlyItsRequest(file) ? 'only its request' : null)} />
            </>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="objects">
          {files.length === 0 && (
            <p className={classes.note}>
              {isUnread(diff) ? 'The files cannot be read now; the tab Diff says why.' : 'No file changes yet.'}
            </p>
          )}
          {files.map((file) => (
            <p key={file.path} className={classes.note}>
              <span className="mono">{file.path}</span> · {file.status}, +{file.additions} −{file.deletions}
            </p>
          ))}
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          {request.verdict.reasons.map((reason) => (
            <p key={reason.rule + reason.message} className={classes.note}>
              {reason.message}
            </p>
          ))}
          <p className={classes.note}>
            Policy version <span className="mono">{request.verdict.policyVersion.slice(0, 12)}</span>
          </p>
        </Tabs.Panel>
      </Tabs>
    </section>
  )
}
