import type { ReactNode } from 'react'
import classes from './state.module.css'
import type { Tone } from './tone.ts'

export function StateBadge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={classes.badge} data-tone={tone}>
      {children}
    </span>
  )
}
