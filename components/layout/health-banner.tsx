'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { integrationsQuery } from '#components/queries/audit.ts'
import { Notice } from '#components/ui/page/notice.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import classes from './shell.module.css'

/** "The Git host, the worker and Argo CD": as they stand within a sentence. */
const inWords = (titles: readonly string[]) =>
  new Intl.ListFormat('en').format(titles.map((title, at) => (at === 0 ? title : title.replace(/^The /, 'the '))))

/** Says on every page when something the portal depends on does not answer. */
export function HealthBanner() {
  const { data } = useQuery({ ...integrationsQuery(), refetchInterval: 60_000 })
  const down = (data?.integrations ?? []).filter((each) => each.state === 'down')
  const [first] = down
  const isTold = usePathname() === '/integrations'
  if (!first || isTold) return null
  return (
    <div className={classes.banner} role="status">
      <Notice tone="warn" action={<Link href={`/integrations#${first.name}`}>See what works</Link>}>
        {inWords(down.map((each) => each.title))} {down.length === 1 ? 'does' : 'do'} not answer
        {down.length === 1 && first.since && (
          <>
            {' '}
            (since <RelativeTime at={first.since} />)
          </>
        )}
        . What comes from there may be old or missing.
      </Notice>
    </div>
  )
}
