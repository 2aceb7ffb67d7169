import type { z } from 'zod'
import type { ModelSort } from '#server/contracts/models.ts'

/** What the address of the list asks the API for; the same on the server, which reads ahead, and in the page. */
export const modelFilters = (team: string, q: string | null, sort: z.output<typeof ModelSort> | undefined) => ({
  team,
  ...(q && { q }),
  ...(sort && { sort }),
})
