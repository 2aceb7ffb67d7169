'use client'

import { Button } from '@mantine/core'
import { useMay } from '#components/layout/me-context.tsx'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { OutsideLink } from '#components/ui/actions/text-link.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { alertTone } from '#components/ui/state/tone.ts'
import type { AlertView } from '#server/contracts/serving/observability.ts'
import classes from './observability.module.css'

const words = { firing: 'Firing', pending: 'Pending', silenced: 'Silenced' }

type Props = { team: string; alert: AlertView; onSilence: () => void }

export function AlertRow({ team, alert, onSilence }: Props) {
  const may = useMay(team)
  const page = alert.namespace && alert.model ? `/teams/${team}/deployments/${alert.namespace}/${alert.model}` : null
  return (
    <li className={classes.alert}>
      <StateBadge tone={alertTone[alert.state]}>{words[alert.state]}</StateBadge>
      <div className={classes.alertBody}>
        <h3 className={classes.alertTitle}>{alert.summary || alert.name}</h3>
        <p className={classes.alertText}>
          {alert.name} · {alert.severity}
          {alert.since && (
            <>
              {' '}
              · since <RelativeTime at={alert.since} />
            </>
          )}
          {alert.runbook && (
            <>
              {' '}
              · <OutsideLink href={alert.runbook}>Runbook</OutsideLink>
            </>
          )}
        </p>
        {alert.description && <p className={classes.alertText}>{alert.description}</p>}
      </div>
      {page && (
        <LinkButton href={page} size="xs" variant="default" aria-label={`Open what ${alert.name} is about`}>
          Open
        </LinkButton>
      )}
      {alert.state !== 'silenced' && may('alert.silence') && (
        <Button size="xs" variant="default" onClick={onSilence} aria-label={`Silence ${alert.name}`}>
          Silence
        </Button>
      )}
    </li>
  )
}
