import classes from './deployments.module.css'

/** A share of the traffic as a short bar, with its number. */
export function ShareBar({ percent }: { percent: number }) {
  return (
    <span className={classes.share}>
      <span className={classes.shareTrack} aria-hidden>
        <span className={classes.shareFill} style={{ width: `${Math.min(100, Math.max(0, percent))}%` }} />
      </span>
      <span className="numeric">{percent} %</span>
    </span>
  )
}
