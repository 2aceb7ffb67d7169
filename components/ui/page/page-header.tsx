import { Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './page.module.css'

type Props = {
  title: ReactNode
  /** One quiet line under the title. */
  facts?: ReactNode
  /** Where this page hangs, when it is not in the navigation. */
  above?: ReactNode
  actions?: ReactNode
}

export function PageHeader({ title, facts, above, actions }: Props) {
  return (
    <header className={classes.header}>
      <div className={classes.heading}>
        {above && <div className={classes.above}>{above}</div>}
        <Title order={1}>{title}</Title>
        {facts && <div className={classes.facts}>{facts}</div>}
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </header>
  )
}
