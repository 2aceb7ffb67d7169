'use client'

import { useMay } from '#components/layout/me-context.tsx'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { TextLink } from '#components/ui/actions/text-link.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import type { DeploymentDetail } from '#server/contracts/deployments.ts'
import classes from './deployments.module.css'

/** Every change of the deployment, newest first; the latest can be undone. */
export function HistoryList({ deployment }: { deployment: DeploymentDetail }) {
  const { team, namespace, model, history } = deployment
  const may = useMay(team)
  if (history.length === 0) return <p className={classes.quiet}>Nothing has changed it yet.</p>
  return (
    <ul className={classes.list}>
      {history.map((each) => (
        <li key={each.id} className={classes.item}>
          <span className={classes.main}>
            <TextLink href={`/requests/${each.id}`}>
              #{each.number} {each.title}
            </TextLink>
            <div className={classes.aside}>
              {each.stateLabel}, <RelativeTime at={each.at} />
            </div>
          </span>
          {each.canUndo && may('request.submit') && (
            <LinkButton
              size="xs"
              variant="default"
              href={`/requests/new?kind=model.rollback&team=${team}&namespace=${namespace}&model=${model}&undo=${each.id}`}
              aria-label={`Undo this: #${each.number} ${each.title}`}
            >
              Undo this
            </LinkButton>
          )}
        </li>
      ))}
    </ul>
  )
}
