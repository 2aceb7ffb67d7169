/** An announcement on its way through PostgreSQL. */
import { z } from 'zod'

export const channel = 'modelyard_live'

export const LiveNotice = z.object({
  id: z.string().regex(/^\d+$/),
  topic: z.string(),
  key: z.string(),
  team: z.string().nullable(),
})
export type LiveNotice = z.infer<typeof LiveNotice>

export function parseNotice(payload: string | undefined): LiveNotice | undefined {
  try {
    return LiveNotice.safeParse(JSON.parse(payload ?? '')).data
  } catch {
    return undefined // another program's notification on our channel
  }
}
