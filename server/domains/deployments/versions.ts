import type { DeploymentView } from '../../contracts/deployments.ts'
import type { ObservedModel } from '../observed/observed.ts'

/** What each version does, taken together over all replicas: the one that is furthest behind speaks. */
export function servedVersions(seen: ObservedModel): DeploymentView['versions'] {
  const worst = ['Failed', 'Quarantined', 'Pending', 'Loading', 'SetAside', 'Ready']
  return (seen.spec?.versions ?? []).map((spec) => {
    const reports = seen.replicas.flatMap((replica) =>
      (replica.versions ?? []).filter((each) => each.version === spec.version),
    )
    const report = reports.sort((left, right) => worst.indexOf(left.state) - worst.indexOf(right.state))[0]
    return {
      version: Number(spec.version),
      weight: spec.weight,
      shadow: spec.shadow,
      state: report?.state ?? 'Pending',
      message: report?.message ?? null,
    }
  })
}
