import type { InputOf } from '#server/contracts/contract.ts'
import { getDeployment, listDeployments } from '#server/contracts/deployments.ts'
import { pagesFor, queryFor } from './query.ts'

export type Place = { team: string; namespace: string; model: string }

export const deploymentsQuery = (team: string) => queryFor(listDeployments, { team, limit: 200 })
type Order = InputOf<typeof listDeployments>['sort']

export const deploymentPages = (team: string, sort?: Order) =>
  pagesFor(listDeployments, { team, ...(sort && { sort }) })
export const deploymentQuery = (place: Place) => queryFor(getDeployment, place)
