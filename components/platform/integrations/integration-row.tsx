'use client'

import { IconChevronRight } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { Notice } from '#components/ui/page/notice.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { integrationTone } from '#components/ui/state/tone.ts'
import type { IntegrationView } from '#server/contracts/platform/integrations.ts'
import { IntegrationDetails } from './integration-details.tsx'
import classes from './integrations.module.css'

const words = {
  ok: 'Healthy',
  degraded: 'Look here',
  down: 'Does not answer',
  unknown: 'Not asked yet',
  not_configured: 'Not set up',
}

/** One line while all is well; what is wrong, since when and what to do about it when not. */
export function IntegrationRow({ integration }: { integration: IntegrationView }) {
  const { name, title, state } = integration
  const troubled = state === 'down' || state === 'degraded'
  const [open, setOpen] = useState(troubled)
  // Trouble opens its row by itself; what somebody has opened stays so.
  useEffect(() => {
    if (troubled) setOpen(true)
  }, [troubled])
  return (
    <details
      className={classes.row}
      data-state={state}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      id={name}
    >
      <summary className={classes.summary}>
        <IconChevronRight className={classes.chevron} size={16} stroke={1.8} aria-hidden />
        <span className={classes.title}>{title}</span>
        <StateBadge tone={integrationTone[state]}>{words[state]}</StateBadge>
        <Line integration={integration} />
      </summary>
      <div className={classes.body}>
        <Trouble integration={integration} />
        <IntegrationDetails integration={integration} />
      </div>
    </details>
  )
}

function Line({ integration }: { integration: IntegrationView }) {
  const { state, version, latencyMilliseconds, since, permissions, watches } = integration
  if (state === 'down' || state === 'unknown' || state === 'not_configured') {
    return (
      <span className={classes.line}>
        {state === 'down' && since && (
          <span>
            since <RelativeTime at={since} />
          </span>
        )}
      </span>
    )
  }
  const granted = permissions.filter((each) => each.ok === true).length
  const wanted = permissions.filter((each) => each.ok !== null).length
  const following = watches.filter((each) => each.state === 'following').length
  return (
    <span className={classes.line}>
      {version && <span className="mono">{version}</span>}
      {latencyMilliseconds !== null && <span>{latencyMilliseconds} ms</span>}
      {wanted > 0 && (
        <span>
          {granted} of {wanted} permissions
        </span>
      )}
      {watches.length > 0 && (
        <span>
          {following} of {watches.length} watches
        </span>
      )}
    </span>
  )
}

function Trouble({ integration }: { integration: IntegrationView }) {
  const { state, lastError, lastErrorAt, lastSuccess, remedy } = integration
  if (state === 'down') {
    return (
      <Notice tone="bad" title={lastError ?? 'It does not answer.'}>
        {remedy}{' '}
        {lastSuccess && (
          <>
            It last answered <RelativeTime at={lastSuccess} />; what is below is from then.
          </>
        )}
      </Notice>
    )
  }
  if (state === 'degraded') return <Notice tone="warn">{remedy}</Notice>
  if (remedy) return <p className={classes.quiet}>{remedy}</p>
  if (!lastError || !lastErrorAt) return null
  return (
    <p className={classes.quiet}>
      Last error <RelativeTime at={lastErrorAt} />: {lastError}
    </p>
  )
}
