import type { DeploymentView } from '#server/contracts/deployments.ts'

const answering = new Set<DeploymentView['state']>(['Healthy', 'Canary', 'Degraded', 'Out of sync'])

/** Whether a call to it gets a prediction, as far as is known. */
export const answers = ({ state }: Pick<DeploymentView, 'state'>): boolean => answering.has(state)
