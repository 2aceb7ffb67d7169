import { IconAlertTriangle } from '@tabler/icons-react'
import type { Freshness } from '#server/contracts/paging.ts'
import { RelativeTime } from './relative-time.tsx'
import classes from './state.module.css'

/** How old a fact is that was read from somewhere else, and what is wrong when it could not be read anew. */
export function FreshnessNote({ freshness }: { freshness: Freshness }) {
  if (freshness.problem) {
    return (
      <span className={classes.stale} data-problem>
        <IconAlertTriangle size={14} stroke={1.7} aria-hidden />
        {freshness.problem}
        {freshness.observedAt && (
          <>
            {' '}
            Last read <RelativeTime at={freshness.observedAt} />.
          </>
        )}
      </span>
    )
  }
  if (!freshness.observedAt) return <span className={classes.stale}>Not read yet</span>
  return (
    <span className={classes.stale}>
      Read <RelativeTime at={freshness.observedAt} />
    </span>
  )
}
