/** The health of everything the portal talks to. */
import { z } from 'zod'
import { contract } from '../contract.ts'
import { Timestamp } from '../paging.ts'

export const IntegrationView = z.object({
  name: z.string(),
  title: z.string(),
  state: z.enum(['ok', 'degraded', 'down', 'not_configured']),
  version: z.string().nullable(),
  latencyMilliseconds: z.number().nullable(),
  lastSuccess: Timestamp.nullable(),
  lastError: z.string().nullable(),
  remedy: z.string().nullable(),
  facts: z.array(z.object({ label: z.string(), value: z.string(), ok: z.boolean().nullable() })),
})
export type IntegrationView = z.infer<typeof IntegrationView>

export const listIntegrations = contract({
  method: 'GET',
  path: '/api/v1/integrations',
  action: 'integration.list',
  summary: 'What the portal depends on, and whether it answers',
  input: z.object({}),
  output: z.object({ integrations: z.array(IntegrationView) }),
})
