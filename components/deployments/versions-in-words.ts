import type { DeploymentView } from '#server/contracts/deployments.ts'

type Versions = readonly Pick<DeploymentView['versions'][number], 'version' | 'weight' | 'shadow'>[]

/** "v7", "v3 · v4 10 %": the version that answers most first, shares only where there are several. */
export function versionsInWords(versions: Versions): string {
  const sorted = versions.toSorted((a, b) => b.weight - a.weight)
  return sorted
    .map((each, place) => {
      if (each.shadow) return `v${each.version} shadow`
      return place === 0 ? `v${each.version}` : `v${each.version} ${each.weight} %`
    })
    .join(' · ')
}
