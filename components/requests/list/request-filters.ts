/** What the address of a list asks the API for; the same on the server, which reads ahead, and in the page. */
import { requestStates } from '#server/contracts/requests.ts'

/** Filters of the list by the word in the address. */
export function requestFilters(team: string, show: string | null, q: string | null) {
  const state = requestStates.find((each) => each === show)
  return {
    team,
    ...(state ? { state } : show === 'all' ? {} : { open: 'true' }),
    ...(q && { q }),
  }
}

export const reviewFilters = (show: string | null) => (show === 'all' ? { open: 'true' } : { waitingForMe: 'true' })
