import type { DeploymentDetail } from '#server/contracts/deployments.ts'
import { type ServingLimits, usualLimits } from '#server/contracts/requests/drafts.ts'

/** What the form begins with: the usual for a new deployment; else what stands, which may be nothing. */
export function limitsToBeginWith(now: Pick<DeploymentDetail, 'limits'> | undefined): ServingLimits | null {
  if (!now) return usualLimits
  const { concurrency, requestsPerSecond, timeoutMilliseconds } = now.limits
  if (concurrency === null && requestsPerSecond === null && timeoutMilliseconds === null) return null
  return {
    concurrency: concurrency ?? usualLimits.concurrency,
    requestsPerSecond: requestsPerSecond ?? usualLimits.requestsPerSecond,
    timeoutMilliseconds: timeoutMilliseconds ?? usualLimits.timeoutMilliseconds,
  }
}
