import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { foreignTone } from '#components/ui/state/tone.ts'
import type { NamespaceDetail } from '#server/contracts/namespaces.ts'
import classes from './namespaces.module.css'

/** What the cluster has reported lately, newest first. */
export function EventList({ events, eventsProblem }: Pick<NamespaceDetail, 'events' | 'eventsProblem'>) {
  if (eventsProblem) return <p className={classes.quiet}>Its events cannot be read now. {eventsProblem}</p>
  if (events.length === 0) return <p className={classes.quiet}>The cluster has reported nothing lately.</p>
  return (
    <ul className={classes.list}>
      {events.map((event) => (
        <li key={`${event.object}${event.reason}${event.message}${event.at}`} className={classes.item}>
          <StateBadge tone={event.type === 'Normal' ? 'neutral' : foreignTone(event.type)}>{event.reason}</StateBadge>
          <span className={classes.itemMain}>
            <span className="mono">{event.object}</span> {event.message}
          </span>
          <span className={classes.itemAside}>
            {event.count > 1 && `${event.count} times `}
            {event.at && <RelativeTime at={event.at} />}
          </span>
        </li>
      ))}
    </ul>
  )
}
