/** The health of everything the portal talks to. */
import { z } from 'zod'
import { contract } from '../contract.ts'
import { Timestamp } from '../paging.ts'

const Fact = z.object({
  label: z.string(),
  value: z.string(),
  ok: z.boolean().nullable().meta({ description: 'False for what somebody should look at' }),
  at: Timestamp.optional().meta({ description: 'The time that the value is about' }),
})

export const WatchView = z.object({
  kind: z.string(),
  state: z.enum(['following', 'quiet', 'failing', 'unknown']),
  problem: z.string().nullable(),
  objects: z.number().int(),
  heardAt: Timestamp.nullable().meta({ description: 'When anything was last heard: a list, an event or a bookmark' }),
  listedAt: Timestamp.nullable(),
  eventAt: Timestamp.nullable(),
  bookmarkAt: Timestamp.nullable(),
  stalls: z.number().int().meta({ description: 'How often it fell silent and was begun anew' }),
  delayMilliseconds: z
    .number()
    .nullable()
    .meta({ description: 'From the wire into the database, the slowest of a hundred' }),
})
export type WatchView = z.infer<typeof WatchView>

export const WebhooksView = z.object({
  lastAt: Timestamp.nullable(),
  lastDay: z.number().int(),
  refused: z.array(z.object({ reason: z.string(), count: z.number().int(), lastAt: Timestamp })),
})
export type WebhooksView = z.infer<typeof WebhooksView>

export const integrationGroups = ['portal', 'delivery', 'models', 'observability'] as const

export const IntegrationView = z.object({
  name: z.string(),
  title: z.string(),
  group: z.enum(integrationGroups),
  state: z.enum(['ok', 'degraded', 'down', 'unknown', 'not_configured']),
  since: Timestamp.nullable().meta({ description: 'Since when it is in this state' }),
  checkedAt: Timestamp.nullable().meta({ description: 'When it was last asked' }),
  version: z.string().nullable(),
  latencyMilliseconds: z.number().nullable(),
  lastSuccess: Timestamp.nullable(),
  lastError: z.string().nullable().meta({ description: 'The last there was, also when it answers again' }),
  lastErrorAt: Timestamp.nullable(),
  remedy: z.string().nullable().meta({ description: 'What to do about the state it is in' }),
  facts: z.array(Fact),
  permissions: z.array(Fact).meta({ description: 'What the portal’s account may and may not do there' }),
  watches: z.array(WatchView),
  webhooks: WebhooksView.nullable(),
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
