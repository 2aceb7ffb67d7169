import type { DeploymentView } from '../../contracts/deployments.ts'
import type { ObservedApplication, ObservedModel } from '../observed/observed.ts'

type Facts = {
  seen: ObservedModel | undefined
  application: ObservedApplication | undefined
  open: { kind: string; stateLabel: string; merged: boolean } | undefined
}

/** One state for a deployment: the first that applies, the most pressing first. */
export function stateOfDeployment({ seen, application, open }: Facts): Pick<DeploymentView, 'state' | 'message'> {
  if (!seen) {
    if (application?.message && application.phase !== 'Succeeded')
      return { state: 'Deploying', message: application.message }
    if (open?.merged) return { state: 'Deploying', message: 'Argo CD is applying it.' }
    return open ? { state: 'Waiting for approval', message: open.stateLabel } : { state: 'Unknown', message: null }
  }
  if (seen.deleting) return { state: 'Removing', message: null }
  const condition = (type: string) => seen.conditions.find((each) => each.type === type)
  const current = seen.observedGeneration === seen.generation
  const ready = condition('Ready')?.status === 'True'
  const degraded = condition('Degraded')
  if (degraded?.status === 'True')
    return { state: ready ? 'Degraded' : 'Failed', message: degraded.message || seen.message }
  if (!current || !ready) return { state: 'Deploying', message: seen.message ?? 'The runtime is loading it.' }
  if (application && application.sync === 'OutOfSync')
    return { state: 'Out of sync', message: application.message ?? 'The cluster differs from the repository.' }
  const answering = seen.spec?.versions.filter((each) => !each.shadow && each.weight > 0) ?? []
  return answering.length > 1 ? { state: 'Canary', message: null } : { state: 'Healthy', message: null }
}
