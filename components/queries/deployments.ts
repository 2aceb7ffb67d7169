import { getDeployment, listDeployments } from '#server/contracts/deployments.ts'
import { queryFor } from './query.ts'

export type Place = { team: string; namespace: string; model: string }

export const deploymentsQuery = (team: string) => queryFor(listDeployments, { team, limit: 200 })
export const deploymentQuery = (place: Place) => queryFor(getDeployment, place)
