import { IconAlertTriangle, IconCheck, IconMinus, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { FactList } from '#components/ui/page/layout.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import type { IntegrationView, WebhooksView } from '#server/contracts/platform/integrations.ts'
import classes from './integrations.module.css'
import { WatchList } from './watch-list.tsx'

/** All that is known of one integration. */
export function IntegrationDetails({ integration }: { integration: IntegrationView }) {
  const { permissions, watches, webhooks } = integration
  const facts = factsOf(integration)
  return (
    <div className={classes.details}>
      {facts.length > 0 && <FactList facts={facts} />}
      <div className={classes.parts}>
        {watches.length > 0 && (
          <Part title="What is followed">
            <WatchList watches={watches} />
          </Part>
        )}
        {permissions.length > 0 && (
          <Part title="What the portal may do there">
            <ul className={classes.permissions}>
              {permissions.map(({ label, value, ok }) => (
                <li key={label} data-ok={ok}>
                  <Sign ok={ok} />
                  <span>
                    {label} <span className={classes.faint}>{value}</span>
                  </span>
                </li>
              ))}
            </ul>
          </Part>
        )}
        {webhooks && (
          <Part title="Webhooks">
            <Webhooks webhooks={webhooks} />
          </Part>
        )}
      </div>
    </div>
  )
}

function factsOf({ version, latencyMilliseconds, checkedAt, lastSuccess, facts }: IntegrationView) {
  const fixed: [string, ReactNode][] = []
  if (version)
    fixed.push([
      'Version',
      <span key="version" className="mono">
        {version}
      </span>,
    ])
  if (latencyMilliseconds !== null) fixed.push(['Answered in', `${latencyMilliseconds} ms`])
  if (checkedAt) fixed.push(['Asked', <RelativeTime key="asked" at={checkedAt} />])
  if (lastSuccess && lastSuccess !== checkedAt)
    fixed.push(['Last answer', <RelativeTime key="last" at={lastSuccess} />])
  const told = facts.map(({ label, value, ok, at }): [string, ReactNode] => [
    label,
    <span key={label} className={classes.fact}>
      {ok === false && <IconAlertTriangle size={14} stroke={1.8} className={classes.warn} aria-label="Look here:" />}
      <span>
        {value} {at && <RelativeTime at={at} />}
      </span>
    </span>,
  ])
  return [...fixed, ...told]
}

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <div>
    <h3 className={classes.subtitle}>{title}</h3>
    {children}
  </div>
)

function Sign({ ok }: { ok: boolean | null }) {
  const props = { size: 15, stroke: 1.9, 'aria-hidden': true } as const
  if (ok === null) return <IconMinus {...props} />
  return ok ? <IconCheck {...props} /> : <IconX {...props} />
}

function Webhooks({ webhooks: { lastAt, lastDay, refused } }: { webhooks: WebhooksView }) {
  return (
    <FactList
      facts={[
        ['Last delivery', lastAt ? <RelativeTime key="last" at={lastAt} /> : 'none yet: the portal looks by itself'],
        ['In the last day', lastDay.toLocaleString('en-US')],
        ...refused.map(
          ({ reason, count, lastAt: at }) =>
            [
              'Not taken',
              <span key={reason}>
                {count.toLocaleString('en-US')} × {reason.toLowerCase()}, last <RelativeTime at={at} />
              </span>,
            ] as const,
        ),
      ]}
    />
  )
}
