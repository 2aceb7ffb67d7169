'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { alertsQuery } from '#components/queries/observability.ts'
import { openRequestsQuery, waitingForMeQuery } from '#components/queries/requests.ts'
import { LinkPending } from '#components/ui/actions/link-pending.tsx'
import { useMe } from '../me-context.tsx'
import { useCurrentTeam } from '../use-current-team.ts'
import { isCurrent, type NavigationItem, platformItems, teamItems } from './items.ts'
import classes from './navigation.module.css'

const empty = 'none'

export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const me = useMe()
  const team = useCurrentTeam()
  const slug = team?.slug ?? empty
  const requests = useQuery({ ...openRequestsQuery(slug), enabled: team !== null })
  const alerts = useQuery({ ...alertsQuery(slug), enabled: team !== null })
  const mayAnywhere = (action: string) => me.can.includes(action) || me.teams.some((each) => each.can.includes(action))
  const reviews = useQuery({ ...waitingForMeQuery(), enabled: mayAnywhere('request.approve') })
  const counts = {
    requests: requests.data?.items.length,
    alerts: alerts.data?.alerts.filter((alert) => alert.state === 'firing').length,
    reviews: reviews.data?.items.length,
  }
  const show = (item: NavigationItem) => (
    <NavigationLink key={item.href} item={item} count={item.counts && counts[item.counts]} onNavigate={onNavigate} />
  )
  return (
    <nav className={classes.navigation} aria-label="Main">
      {team && <div className={classes.group}>{teamItems(team.slug).map(show)}</div>}
      <div className={classes.group}>{platformItems(mayAnywhere).map(show)}</div>
    </nav>
  )
}

type LinkProps = { item: NavigationItem; count: number | undefined; onNavigate: (() => void) | undefined }

function NavigationLink({ item, count, onNavigate }: LinkProps) {
  const path = usePathname()
  const Icon = item.icon
  return (
    <Link
      href={item.href}
      className={classes.link}
      aria-current={isCurrent(item, path) ? 'page' : undefined}
      onClick={onNavigate}
    >
      <Icon size={17} stroke={1.7} aria-hidden />
      <span className={classes.label}>
        {item.label}
        <LinkPending />
      </span>
      {count ? <span className={classes.count}>{count > 99 ? '99+' : count}</span> : null}
    </Link>
  )
}
