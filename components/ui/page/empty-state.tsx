import type { ReactNode } from 'react'
import classes from './page.module.css'

/** What is not there yet, and what to do about it. */
type Props = {
  title: string
  children?: ReactNode
  actions?: ReactNode /** It is all there is on the page. */
  wholePage?: boolean
}

export function EmptyState({ title, children, actions, wholePage = false }: Props) {
  const Title = wholePage ? 'h1' : 'p'
  return (
    <div className={classes.message}>
      <Title className={classes.messageTitle}>{title}</Title>
      {children && <p className={classes.messageText}>{children}</p>}
      {actions && <div className={classes.messageActions}>{actions}</div>}
    </div>
  )
}
