import { Button } from '@mantine/core'
import { problemOf } from '#components/queries/wire/problem-error.ts'
import classes from './page.module.css'

/** A failure in words: what happened, what to do, and the id that finds it in the log. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const problem = problemOf(error)
  return (
    <div className={classes.problem} role="alert">
      <p className={classes.messageTitle}>{problem.title}</p>
      <p className={classes.messageText}>
        {problem.detail} {problem.remedy}
      </p>
      {onRetry && (
        <div className={classes.messageActions}>
          <Button variant="default" size="xs" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
      {problem.requestId && <span className={classes.small}>Request id {problem.requestId}</span>}
    </div>
  )
}
