import type { ReactNode } from 'react'
import classes from './page.module.css'

/** What is not there yet, and what to do about it. */
export function EmptyState({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={classes.message}>
      <p className={classes.messageTitle}>{title}</p>
      {children && <p className={classes.messageText}>{children}</p>}
      {actions && <div className={classes.messageActions}>{actions}</div>}
    </div>
  )
}
