import { getNamespace, listNamespaces } from '#server/contracts/namespaces.ts'
import { queryFor } from './query.ts'

export const namespacesQuery = (team: string) => queryFor(listNamespaces, { team, limit: 200 })
export const namespaceQuery = (team: string, namespace: string) => queryFor(getNamespace, { team, namespace })
