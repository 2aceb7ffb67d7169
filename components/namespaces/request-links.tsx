import { TextLink } from '#components/ui/actions/text-link.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import type { NamespaceDetail } from '#server/contracts/namespaces.ts'
import classes from './namespaces.module.css'

export function RequestLinks({ requests }: { requests: NamespaceDetail['requests'] }) {
  if (requests.length === 0) return <p className={classes.quiet}>No request has touched it.</p>
  return (
    <ul className={classes.list}>
      {requests.map((request) => (
        <li key={request.id} className={classes.item}>
          <span className={classes.itemMain}>
            <TextLink href={`/requests/${request.id}`}>
              #{request.number} {request.title}
            </TextLink>
          </span>
          <span className={classes.itemAside}>
            {request.stateLabel}, <RelativeTime at={request.at} />
          </span>
        </li>
      ))}
    </ul>
  )
}
