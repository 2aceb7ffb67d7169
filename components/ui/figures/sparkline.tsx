import classes from './figures.module.css'
import { sparklinePath } from './sparkline-path.ts'

type Props = {
  points: readonly (readonly [number, number | null])[]
  label: string
  tone?: 'accent' | 'info'
}

const width = 96
const height = 22

/** A line without axes: is it steady, rising or gone. The numbers stand beside it. */
export function Sparkline({ points, label, tone = 'accent' }: Props) {
  const path = sparklinePath(points, width, height)
  if (!path) return <span>{points.some(([, value]) => value) ? 'Just begun' : 'No traffic'}</span>
  return (
    <svg
      className={classes.sparkline}
      data-tone={tone}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      <path d={path} />
    </svg>
  )
}
