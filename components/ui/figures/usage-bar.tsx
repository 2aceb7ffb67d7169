import type { Resource } from '#server/contracts/quantity.ts'
import { resourceTitles, usedOfLimit } from './amounts.ts'
import classes from './figures.module.css'

const level = (share: number) => (share >= 0.95 ? 'full' : share >= 0.85 ? 'high' : 'fine')
const percentOf = (part: number, whole: number) =>
  `${whole > 0 ? Math.min(100, Math.max(0, (part / whole) * 100)) : 0}%`

type Props = {
  resource: Resource
  used: number
  limit: number
  /** What a request that is being written would add. */
  planned?: number
  label?: string
}

export function UsageBar({ resource, used, limit, planned = 0, label = resourceTitles[resource] }: Props) {
  const words = usedOfLimit(resource, used + planned, limit)
  return (
    <div className={classes.usage}>
      <div className={classes.usageWords}>
        <span className={classes.usageLabel}>{label}</span>
        <span className="numeric">{words}</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a meter element cannot be styled alike in all browsers */}
      <div
        className={classes.track}
        role="meter"
        tabIndex={-1}
        aria-label={label}
        aria-valuenow={used + planned}
        aria-valuemin={0}
        aria-valuemax={Math.max(limit, used + planned)}
        aria-valuetext={words}
      >
        <div className={classes.fill} data-level={level(used / limit)} style={{ width: percentOf(used, limit) }} />
        {planned > 0 && (
          <div
            className={classes.planned}
            data-over={used + planned > limit}
            style={{ left: percentOf(used, limit), width: percentOf(planned, limit) }}
          />
        )}
      </div>
    </div>
  )
}
