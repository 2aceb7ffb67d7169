/** Delivery: how far what the repository says has come into the cluster, and asking the GitOps controller to act. */
import { z } from 'zod'
import { contract } from './contract.ts'
import { TeamSlug } from './names.ts'
import { Freshness, Timestamp } from './paging.ts'

export const ApplicationName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'This is not the name of an Application.')
  .brand('ApplicationName')

/** Words of state are the controller's own; new ones may appear. */
export const ApplicationView = z.object({
  name: ApplicationName,
  sync: z.string().meta({ description: 'Synced, OutOfSync or Unknown' }),
  health: z.string().meta({ description: 'Healthy, Progressing, Degraded, Suspended, Missing or Unknown' }),
  healthMessage: z.string().nullable(),
  path: z.string(),
  revision: z.string().nullable().meta({ description: 'The commit that was compared' }),
  automated: z.boolean().meta({ description: 'Whether it syncs by itself' }),
  deleting: z.boolean(),
  operation: z
    .object({
      phase: z.string(),
      message: z.string().nullable(),
      revision: z.string().nullable(),
      startedAt: Timestamp.nullable(),
      finishedAt: Timestamp.nullable(),
      by: z.string().nullable().meta({ description: 'Null where it began by itself' }),
      retries: z.number().int(),
    })
    .nullable(),
  history: z
    .array(
      z.object({ id: z.number().int(), revision: z.string(), at: Timestamp.nullable(), by: z.string().nullable() }),
    )
    .meta({ description: 'The last syncs that succeeded, newest first' }),
  messages: z.array(z.object({ type: z.string(), message: z.string(), at: Timestamp.nullable() })),
  leftOver: z.array(z.string()).meta({ description: 'Objects that have left the repository and are still there' }),
  askedToLook: z.boolean().meta({ description: 'It has been asked to look again, and has not yet' }),
  freshness: Freshness,
})
export type ApplicationView = z.infer<typeof ApplicationView>

const Which = z.object({ team: TeamSlug, application: ApplicationName })

export const getApplication = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/applications/{application}',
  action: 'application.read',
  summary: 'How far a folder of the GitOps repository has come into the cluster',
  input: Which,
  output: ApplicationView,
})

export const refreshApplication = contract({
  method: 'POST',
  path: '/api/v1/teams/{team}/applications/{application}/refresh',
  action: 'application.refresh',
  summary: 'Ask the GitOps controller to compare with the repository now',
  input: Which.extend({
    how: z.enum(['normal', 'hard']).default('normal').meta({ description: 'Hard also forgets what it has read' }),
  }),
  output: ApplicationView,
  status: 202,
  errors: ['integration_unavailable'],
})

export const syncApplication = contract({
  method: 'POST',
  path: '/api/v1/teams/{team}/applications/{application}/sync',
  action: 'application.sync',
  summary: 'Ask the GitOps controller to apply the newest commit now',
  input: Which.extend({
    prune: z.boolean().default(false).meta({ description: 'Also remove what has left the repository' }),
  }),
  output: ApplicationView,
  status: 202,
  errors: ['integration_unavailable', 'conflict'],
})
