import type { InputOf } from '#server/contracts/contract.ts'
import { getNamespace, listNamespaces } from '#server/contracts/namespaces.ts'
import { getPodLog } from '#server/contracts/pods.ts'
import { pagesFor, queryFor } from './query.ts'

export const namespacesQuery = (team: string) => queryFor(listNamespaces, { team, limit: 200 })
type Order = InputOf<typeof listNamespaces>['sort']

export const namespacePages = (team: string, sort?: Order) => pagesFor(listNamespaces, { team, ...(sort && { sort }) })
export const namespaceQuery = (team: string, namespace: string) => queryFor(getNamespace, { team, namespace })
export const podLogQuery = (which: InputOf<typeof getPodLog>) => queryFor(getPodLog, which)
