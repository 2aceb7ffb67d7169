'use client'

import { FactList } from '#components/ui/page/layout.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { FreshnessNote } from '#components/ui/state/freshness-note.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { foreignTone } from '#components/ui/state/tone.ts'
import { Mono } from '#components/ui/text/mono.tsx'
import type { ApplicationView } from '#server/contracts/delivery.ts'
import classes from './delivery.module.css'
import { DeliveryActions } from './delivery-actions.tsx'

type Props = { team: string; application: ApplicationView | null }

/** How far what Git says has come into the cluster, and what can be asked of Argo CD. */
export function Delivery({ team, application }: Props) {
  if (!application) {
    return (
      <Section title="Delivery">
        <p className={classes.quiet}>
          Argo CD has made nothing of its folder yet. It does within a minute of the merge; if nothing comes, look at
          Argo CD on the integrations page.
        </p>
      </Section>
    )
  }
  return (
    <Section title="Delivery" aside={<DeliveryActions team={team} application={application} />}>
      <div className={classes.body}>
        <Complaints application={application} />
        <FactList facts={factsOf(application)} />
        <History application={application} />
        {application.freshness.problem && <FreshnessNote freshness={application.freshness} />}
      </div>
    </Section>
  )
}

function factsOf({ sync, health, revision, path, automated, askedToLook, operation }: ApplicationView) {
  const state = (word: string) => <StateBadge tone={foreignTone(word)}>{word}</StateBadge>
  return [
    ['In Git', state(sync)],
    ['Health', state(health)],
    ...(operation && operation.phase !== 'Succeeded' ? ([['Sync', state(operation.phase)]] as const) : []),
    ...(revision ? ([['Commit', <Commit key="commit" revision={revision} />]] as const) : []),
    ['Folder', <Mono key="folder">{path}</Mono>],
    ['Applied', automated ? 'by itself after a merge' : 'only when asked'],
    ...(askedToLook ? ([['Asked', 'to look again, not answered yet']] as const) : []),
  ] as const
}

const Commit = ({ revision }: { revision: string }) => (
  <Mono copy={revision} what="commit">
    {revision.slice(0, 7)}
  </Mono>
)

function Complaints({ application }: { application: ApplicationView }) {
  const { operation, messages, healthMessage, health, leftOver } = application
  const failed = operation && /^(Failed|Error)$/.test(operation.phase)
  const trying = operation?.phase === 'Running' && operation.retries > 0
  const words = (failed || trying) && operation.message ? operation.message : null
  const others = messages.filter((each) => !words || !each.message.includes(words))
  return (
    <>
      {words && (
        <Notice tone={failed ? 'bad' : 'warn'} title={failed ? 'The last sync failed' : 'It is being tried again'}>
          {words}
        </Notice>
      )}
      {others.map((each) => (
        <Notice key={each.type + each.message} tone={each.type.endsWith('Error') ? 'bad' : 'warn'} title={each.type}>
          {each.message}
        </Notice>
      ))}
      {healthMessage && health !== 'Healthy' && <Notice tone={foreignTone(health)}>{healthMessage}</Notice>}
      {leftOver.length > 0 && (
        <Notice tone="warn" title="No longer in Git, and still there">
          {leftOver.join(', ')}
        </Notice>
      )}
    </>
  )
}

function History({ application: { history } }: { application: ApplicationView }) {
  if (history.length === 0) return null
  return (
    <div>
      <h3 className={classes.subtitle}>Last syncs</h3>
      <ul className={classes.history}>
        {history.slice(0, 5).map(({ id, revision, at, by }) => (
          <li key={id}>
            <Commit revision={revision} />
            <span className={classes.by}>{by ? `asked for by ${by}` : 'by itself'}</span>
            {at && <RelativeTime at={at} />}
          </li>
        ))}
      </ul>
    </div>
  )
}
