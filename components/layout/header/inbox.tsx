'use client'

import { IconInbox } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { alertsQuery } from '#components/queries/observability.ts'
import { waitingForMeQuery } from '#components/queries/requests.ts'
import { Dropdown } from '#components/ui/actions/dropdown.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { useCurrentTeam } from '../use-current-team.ts'
import classes from './header.module.css'

/** What waits for the reader, from every page. */
export function Inbox() {
  const team = useCurrentTeam()
  const requests = useQuery(waitingForMeQuery()).data?.items ?? []
  const alerts = useQuery({ ...alertsQuery(team?.slug ?? 'none'), enabled: team !== null }).data?.alerts ?? []
  const firing = alerts.filter((alert) => alert.state === 'firing')
  const count = requests.length + firing.length
  return (
    <Dropdown
      kind="dialog"
      label={count > 0 ? `Inbox, ${count} waiting` : 'Inbox, nothing waiting'}
      buttonClass={classes.inbox}
      button={
        <>
          <IconInbox size={19} stroke={1.7} aria-hidden />
          {count > 0 && <span className={classes.dot} />}
        </>
      }
    >
      {(close) =>
        count === 0 ? (
          <p className={classes.inboxEmpty}>Nothing waits for you.</p>
        ) : (
          <ul className={classes.inboxList}>
            {requests.map((request) => (
              <li key={request.id}>
                <Link href={`/requests/${request.id}`} className={classes.inboxItem} onClick={close}>
                  <span className={classes.inboxTitle}>{request.title}</span>
                  <span className={classes.inboxDetail}>
                    {request.stateLabel} · <RelativeTime at={request.updatedAt} />
                  </span>
                </Link>
              </li>
            ))}
            {team &&
              firing.map((alert) => (
                <li key={alert.fingerprint}>
                  <Link href={`/teams/${team.slug}/alerts`} className={classes.inboxItem} onClick={close}>
                    <span className={classes.inboxTitle}>{alert.name} is firing</span>
                    <span className={classes.inboxDetail}>{alert.summary}</span>
                  </Link>
                </li>
              ))}
          </ul>
        )
      }
    </Dropdown>
  )
}
