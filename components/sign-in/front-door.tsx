import { Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './front-door.module.css'

/** The quiet page for somebody who is not inside yet. */
export function FrontDoor({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={classes.door}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <span className={classes.logo} aria-hidden />
          Modelyard
        </div>
        <Title order={1}>{title}</Title>
        {children}
      </div>
    </main>
  )
}
