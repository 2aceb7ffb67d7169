'use client'

import { ActionIcon, Popover, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconInbox } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { alertsQuery } from '#components/queries/observability.ts'
import { waitingForMeQuery } from '#components/queries/requests.ts'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { useCurrentTeam } from '../use-current-team.ts'
import classes from './header.module.css'

/** What waits for the reader, from every page. */
export function Inbox() {
  const team = useCurrentTeam()
  const [opened, { toggle, close }] = useDisclosure(false)
  const requests = useQuery(waitingForMeQuery()).data?.items ?? []
  const alerts = useQuery({ ...alertsQuery(team?.slug ?? 'none'), enabled: team !== null }).data?.alerts ?? []
  const firing = alerts.filter((alert) => alert.state === 'firing')
  const count = requests.length + firing.length
  return (
    <Popover opened={opened} onChange={close} position="bottom-end" width={340} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          pos="relative"
          onClick={toggle}
          aria-label={count > 0 ? `Inbox, ${count} waiting` : 'Inbox, nothing waiting'}
        >
          <IconInbox size={19} stroke={1.7} />
          {count > 0 && <span className={classes.dot} />}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        {count === 0 ? (
          <Text size="sm" c="dimmed" p="md">
            Nothing waits for you.
          </Text>
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
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
