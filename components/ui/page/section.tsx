import { Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import { Count } from '#components/ui/state/count.tsx'
import classes from './page.module.css'

type Props = {
  title: ReactNode
  count?: number | undefined
  /** Quiet words or controls at the right of the title. */
  aside?: ReactNode
  /** Tables and diffs bring their own padding. */
  flush?: boolean
  children: ReactNode
}

export function Section({ title, count, aside, flush = false, children }: Props) {
  const id = useId()
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div className={classes.sectionHeader}>
        <div className={classes.sectionTitle}>
          <Title order={2} id={id}>
            {title}
          </Title>
          {count !== undefined && <Count value={count} />}
        </div>
        {aside && <div className={classes.sectionAside}>{aside}</div>}
      </div>
      {flush ? children : <div className={classes.sectionBody}>{children}</div>}
    </section>
  )
}
