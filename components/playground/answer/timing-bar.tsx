import type { Prediction } from '#server/contracts/serving/playground.ts'
import classes from './answer.module.css'

const stages = [
  ['network', 'network'],
  ['parse', 'parse'],
  ['queue', 'wait'],
  ['run', 'run'],
  ['serialize', 'answer'],
] as const

const milliseconds = (value: number) => `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`

/** Where the time of one call went. */
export function TimingBar({ timing }: { timing: Prediction['timing'] }) {
  const whole = Math.max(timing.total, 0.001)
  const words = stages.map(([key, label]) => `${label} ${milliseconds(timing[key])}`).join(', ')
  return (
    <div className={classes.timing}>
      <span className="numeric">{milliseconds(timing.total)}</span>
      <div className={classes.stages} role="img" aria-label={`Where the time went: ${words}`} title={words}>
        {stages.map(([key]) => (
          <span key={key} data-stage={key} style={{ width: `${(timing[key] / whole) * 100}%` }} />
        ))}
      </div>
      <span className={classes.legend} aria-hidden>
        {stages.map(([key, label]) => (
          <span key={key} data-stage={key}>
            {label}
          </span>
        ))}
      </span>
    </div>
  )
}
