import type { NamespaceView } from '../../contracts/namespaces.ts'
import type { ObservedApplication, ObservedNamespace } from '../observed/observed.ts'

type Facts = {
  claim: { state: string }
  seen: ObservedNamespace | undefined
  hasQuota: boolean
  application: ObservedApplication | undefined
}

/** One word for where a namespace stands, and a sentence when it is not simply ready. */
export function stateOfNamespace({
  claim,
  seen,
  hasQuota,
  application,
}: Facts): Pick<NamespaceView, 'state' | 'message'> {
  if (seen?.terminating || claim.state === 'deleting') return { state: 'Terminating', message: 'It is being removed.' }
  if (!seen) return { state: 'Waiting', message: application?.message ?? 'Argo CD has not created it yet.' }
  if (application?.health === 'Degraded')
    return { state: 'Degraded', message: application.healthMessage ?? application.message }
  if (application && application.sync !== 'Synced')
    return { state: 'Out of sync', message: application.message ?? 'The cluster differs from the repository.' }
  if (!hasQuota) return { state: 'Waiting', message: 'Its quota is not in force yet.' }
  return { state: 'Ready', message: null }
}
