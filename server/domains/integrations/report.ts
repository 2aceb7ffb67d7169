/** What the worker found out last about an integration, as it is kept. */
import { z } from 'zod'

const Fact = z.object({ label: z.string(), value: z.string(), ok: z.boolean().nullable(), at: z.string().optional() })

export const Report = z.object({
  state: z.enum(['ok', 'degraded', 'down', 'unknown']),
  version: z.string().nullable(),
  latencyMilliseconds: z.number().nullable(),
  facts: z.array(Fact),
  permissions: z.array(Fact),
  permissionsAt: z.string().nullable(),
  remedy: z.string().nullable(),
  /** Why it is down. */
  problem: z.string().nullable(),
})
export type Report = z.infer<typeof Report>

export const Stored = z.object({ report: Report, since: z.string(), checkedAt: z.string() })
export type Stored = z.infer<typeof Stored>
