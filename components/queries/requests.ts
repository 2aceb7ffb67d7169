import type { InputOf } from '#server/contracts/contract.ts'
import { getPolicy, getRequest, getRequestDiff, listRequests } from '#server/contracts/requests.ts'
import { pagesFor, queryFor } from './query.ts'

type Filters = InputOf<typeof listRequests>

export const requestsQuery = (filters: Filters) => queryFor(listRequests, filters)
export const requestPages = (filters: Filters) => pagesFor(listRequests, filters)
export const requestQuery = (id: string) => queryFor(getRequest, { id })
export const requestDiffQuery = (id: string) => queryFor(getRequestDiff, { id })
export const policyQuery = () => queryFor(getPolicy, {})

/** How many of a team's requests are still open; the page is small because a count beyond it helps nobody. */
export const openRequestsQuery = (team: string) => requestsQuery({ team, open: 'true', limit: 100 })
/** Failed lately enough to be somebody's business. */
export const failedRequestsQuery = (team: string) => requestsQuery({ team, state: 'failed', limit: 20 })
export const waitingForMeQuery = () => requestsQuery({ waitingForMe: 'true', limit: 100 })
