/** What the address of a list asks the API for; the same on the server, which reads ahead, and in the page. */
import type { z } from 'zod'
import { requestStates } from '#server/contracts/requests/life.ts'
import type { RequestSort } from '#server/contracts/requests.ts'

type Order = z.output<typeof RequestSort> | undefined

/** Filters of the list by the word in the address. */
export function requestFilters(team: string, show: string | null, q: string | null, sort?: Order) {
  const state = requestStates.find((each) => each === show)
  return {
    team,
    ...(state ? { state } : show === 'all' ? {} : { open: 'true' }),
    ...(q && { q }),
    ...(sort && { sort }),
  }
}

export const reviewFilters = (show: string | null, sort?: Order) => ({
  ...(show === 'all' ? { open: 'true' } : { waitingForMe: 'true' }),
  ...(sort && { sort }),
})
