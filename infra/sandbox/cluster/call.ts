import type { ServerResponse } from 'node:http'
import type { Authorizer, User } from './authorization/authorizer.ts'
import type { TokenTable } from './authorization/tokens.ts'
import type { ResourceRequest } from './http/request-info.ts'
import type { Catalogue, Served } from './kinds/catalogue.ts'
import type { Store } from './storage/store.ts'

/** What the whole server shares. */
export type Cluster = {
  store: Store
  catalogue: Catalogue
  authorizer: Authorizer
  tokens: TokenTable
  bookmarkMilliseconds: number
  log: (message: string) => void
}

/** One request for a resource, authenticated and authorized. */
export type Call = {
  cluster: Cluster
  user: User
  kind: Served
  info: ResourceRequest
  query: URLSearchParams
  accept: string
  userAgent: string
  response: ServerResponse
  warnings: string[]
}
