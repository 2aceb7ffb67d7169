'use client'

import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconClock } from '@tabler/icons-react'
import { useState } from 'react'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import classes from './home.module.css'
import type { Need } from './needs.ts'

const icons = { bad: IconAlertTriangle, warn: IconClock, good: IconCheck }
const words = { bad: 'Problem', warn: 'Waiting', good: 'Ready' }

/** What serves must not be pushed off the page by a long queue. */
const shownAtFirst = 6

export function NeedsYou({ needs }: { needs: readonly Need[] }) {
  const [all, setAll] = useState(false)
  const shown = all || needs.length <= shownAtFirst + 1 ? needs : needs.slice(0, shownAtFirst)
  return (
    <Section title="Needs you" count={needs.length} flush>
      {needs.length === 0 ? (
        <EmptyState title="Nothing needs you">
          Requests to decide, failures and alerts appear here, each with what settles it.
        </EmptyState>
      ) : (
        <>
          <ul className={classes.needs}>
            {shown.map((need, place) => (
              <NeedRow key={need.id} need={need} first={place === 0} />
            ))}
          </ul>
          {shown.length < needs.length && (
            <div className={classes.more}>
              <Button variant="default" size="xs" onClick={() => setAll(true)}>
                Show {needs.length - shown.length} more
              </Button>
            </div>
          )}
        </>
      )}
    </Section>
  )
}

function NeedRow({ need, first }: { need: Need; first: boolean }) {
  const Icon = icons[need.urgency]
  return (
    <li className={classes.need}>
      <span className={classes.needIcon} data-tone={need.urgency}>
        <Icon size={17} stroke={1.7} aria-label={words[need.urgency]} />
      </span>
      <div className={classes.needWords}>
        <div className={classes.needTitle}>{need.title}</div>
        <div className={classes.needDetail}>
          {need.detail}
          {need.since && (
            <>
              {' · '}
              <RelativeTime at={need.since} />
            </>
          )}
        </div>
      </div>
      <LinkButton
        href={need.action.href}
        size="xs"
        variant={first && need.urgency === 'bad' ? 'filled' : 'default'}
        aria-label={`${need.action.label}: ${need.title}`}
      >
        {need.action.label}
      </LinkButton>
    </li>
  )
}
