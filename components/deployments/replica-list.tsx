import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { foreignTone } from '#components/ui/state/tone.ts'
import type { DeploymentDetail } from '#server/contracts/deployments.ts'
import classes from './deployments.module.css'

export function ReplicaList({ replicas }: { replicas: DeploymentDetail['replicas'] }) {
  if (replicas.length === 0) return <p className={classes.quiet}>No runtime has reported yet.</p>
  return (
    <ul className={classes.list}>
      {replicas.map((replica) => (
        <li key={replica.name} className={classes.item}>
          <span className={classes.main}>
            <span className="mono">{replica.name}</span>
            {replica.message && <div className={classes.aside}>{replica.message}</div>}
          </span>
          <StateBadge tone={foreignTone(replica.state)}>{replica.state}</StateBadge>
        </li>
      ))}
    </ul>
  )
}
