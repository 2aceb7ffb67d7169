import { FactList } from '#components/ui/page/layout.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { foreignTone } from '#components/ui/state/tone.ts'
import { Mono } from '#components/ui/text/mono.tsx'
import type { NamespaceDetail } from '#server/contracts/namespaces.ts'

/** How far what Git says has come into the cluster. */
export function SyncFacts({ application }: { application: NamespaceDetail['application'] }) {
  if (!application) return 'Argo CD has not seen its folder yet.'
  const { sync, health, revision, message, path } = application
  return (
    <FactList
      facts={[
        [
          'In Git',
          <StateBadge key="sync" tone={foreignTone(sync)}>
            {sync}
          </StateBadge>,
        ],
        [
          'Health',
          <StateBadge key="health" tone={foreignTone(health)}>
            {health}
          </StateBadge>,
        ],
        ...(revision
          ? ([
              [
                'Commit',
                <Mono key="commit" copy={revision} what="commit">
                  {revision.slice(0, 7)}
                </Mono>,
              ],
            ] as const)
          : []),
        ['Folder', <Mono key="folder">{path}</Mono>],
        ...(message ? ([['Message', message]] as const) : []),
      ]}
    />
  )
}
