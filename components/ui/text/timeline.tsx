import type { ReactNode } from 'react'
import type { Tone } from '#components/ui/state/tone.ts'
import classes from './timeline.module.css'

export type TimelineStep = {
  id: string
  title: ReactNode
  detail?: ReactNode
  icon: ReactNode
  state: 'past' | 'now' | 'upcoming'
  /** Instead of the accent, for what is good, bad or to be looked at. */
  tone?: Tone | undefined
}

/** What happened, and below it what is still to come. */
export function Timeline({ steps, label }: { steps: readonly TimelineStep[]; label: string }) {
  return (
    <ol className={classes.timeline} aria-label={label}>
      {steps.map((step) => (
        <li key={step.id} className={classes.step} data-state={step.state} data-tone={step.tone}>
          <span className={classes.dot} aria-hidden>
            {step.icon}
          </span>
          <div className={classes.words}>
            <div className={classes.title}>
              {step.title}
              {step.state === 'upcoming' && <span className="visually-hidden"> (still to come)</span>}
            </div>
            {step.detail && <div className={classes.detail}>{step.detail}</div>}
          </div>
        </li>
      ))}
    </ol>
  )
}
