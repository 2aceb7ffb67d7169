/** What stands in a request's way. Some of it only delays; some must be put right before anybody can approve. */
import { z } from 'zod'

export const Blockage = z.object({ message: z.string(), remedy: z.string(), blocks: z.boolean().default(false) })
export type Blockage = z.infer<typeof Blockage>

/** What must be put right first, if anything. */
export function blockageOf(row: { failure: unknown }): Blockage | undefined {
  const parsed = Blockage.safeParse(row.failure)
  return parsed.success && parsed.data.blocks ? parsed.data : undefined
}
