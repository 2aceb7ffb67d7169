import Link from 'next/link'
import { UsageBar } from '#components/ui/figures/usage-bar.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { namespaceTone } from '#components/ui/state/tone.ts'
import type { NamespaceView } from '#server/contracts/namespaces.ts'
import { resources } from '#server/contracts/quantity.ts'
import classes from './namespaces.module.css'

/** One namespace at a glance: what it uses of what it may. */
export function UsageCard({ namespace }: { namespace: NamespaceView }) {
  const { name, team, environment, state, quota, used, message } = namespace
  return (
    <article className={classes.card} aria-label={name}>
      <div className={classes.cardHead}>
        <h3 className={classes.cardTitle}>
          <Link href={`/teams/${team}/namespaces/${name}`}>{name}</Link>
        </h3>
        {state === 'Ready' ? (
          <StateBadge>{environment}</StateBadge>
        ) : (
          <StateBadge tone={namespaceTone[state]}>{state}</StateBadge>
        )}
      </div>
      {quota ? (
        resources
          .filter((resource) => quota[resource] > 0)
          .map((resource) => (
            <UsageBar key={resource} resource={resource} used={used?.[resource] ?? 0} limit={quota[resource]} />
          ))
      ) : (
        <p className={classes.cardNote}>{message ?? 'The quota is not in force yet.'}</p>
      )}
    </article>
  )
}
