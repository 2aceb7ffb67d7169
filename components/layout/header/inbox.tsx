'use client'

import { IconInbox } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { needsOf } from '#components/home/needs.ts'
import { alertsQuery } from '#components/queries/observability.ts'
import { failedRequestsQuery, openRequestsQuery, waitingForMeQuery } from '#components/queries/requests.ts'
import { Dropdown } from '#components/ui/actions/dropdown.tsx'
import { readingOf } from '#components/ui/state/reading.ts'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { useMe } from '../me-context.tsx'
import { useCurrentTeam } from '../use-current-team.ts'
import classes from './header.module.css'

const wordsFor = {
  failed: 'What waits for you could not all be read.',
  reading: 'Reading what waits for you.',
  read: 'Nothing waits for you.',
}

/** What waits for the reader, from every page: decisions, answers to what they asked for, alerts. */
export function Inbox() {
  const me = useMe()
  const team = useCurrentTeam()
  const slug = team?.slug ?? 'none'
  const enabled = team !== null
  const waiting = useQuery(waitingForMeQuery())
  const open = useQuery({ ...openRequestsQuery(slug), enabled })
  const failed = useQuery({ ...failedRequestsQuery(slug), enabled })
  const alerts = useQuery({ ...alertsQuery(slug), enabled })
  const needs = needsOf({
    team: slug,
    me: me.id,
    requests: [...(open.data?.items ?? []), ...(failed.data?.items ?? [])],
    waitingForMe: waiting.data?.items ?? [],
    deployments: [],
    mayAsk: false,
    alerts: alerts.data?.alerts ?? [],
  })
  const reading = readingOf(enabled ? [waiting, open, failed, alerts] : [waiting])
  return (
    <Dropdown
      kind="dialog"
      label={
        needs.length > 0 ? `Inbox, ${needs.length} waiting` : reading === 'read' ? 'Inbox, nothing waiting' : 'Inbox'
      }
      buttonClass={classes.inbox}
      button={
        <>
          <IconInbox size={19} stroke={1.7} aria-hidden />
          {needs.length > 0 && <span className={classes.dot} />}
        </>
      }
    >
      {(close) =>
        needs.length === 0 ? (
          <p className={classes.inboxEmpty}>{wordsFor[reading]}</p>
        ) : (
          <ul className={classes.inboxList}>
            {needs.map((need) => (
              <li key={need.id}>
                <Link href={need.action.href} className={classes.inboxItem} onClick={close}>
                  <span className={classes.inboxTitle}>{need.title}</span>
                  <span className={classes.inboxDetail}>
                    {need.detail}
                    {need.since && (
                      <>
                        {' '}
                        <RelativeTime at={need.since} />
                      </>
                    )}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )
      }
    </Dropdown>
  )
}
