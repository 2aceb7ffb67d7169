import type { ReactNode } from 'react'
import classes from './page.module.css'

type Props = { children: ReactNode }

/** Cards under one another. */
export const Stack = ({ children }: Props) => <div className={classes.stack}>{children}</div>

/** A wide column and a narrow one; under one another on a small screen. */
export const Columns = ({ children }: Props) => <div className={classes.columns}>{children}</div>

/** In a column of two: what is long, and comes below everything else on a small screen. */
export const Last = ({ children }: Props) => <div className={classes.last}>{children}</div>

export const Halves = ({ children }: Props) => <div className={classes.halves}>{children}</div>

/** As many cards beside one another as fit. */
export const Cards = ({ children }: Props) => <div className={classes.cards}>{children}</div>

/** A padded surface without a title. */
export const Card = ({ children }: Props) => (
  <div className={classes.section}>
    <div className={classes.sectionBody}>{children}</div>
  </div>
)

export function FactList({ facts }: { facts: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className={classes.factList}>
      {facts.map(([label, value]) => (
        <div key={label} style={{ display: 'contents' }}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
