/** Live updates: a stream of what has changed. */
import { z } from 'zod'
import { contract } from '../contract.ts'

/** The data of a message. An event named `reset` says: ask for everything again. */
export const LiveChange = z.object({
  topic: z.string().meta({ description: 'The kind of thing: request, namespace, deployment, model, team, …' }),
  key: z.string().meta({ description: 'Which one' }),
  team: z.string().nullable(),
})
export type LiveChange = z.infer<typeof LiveChange>

export const followChanges = contract({
  method: 'GET',
  path: '/api/v1/events',
  action: 'live.follow',
  summary: 'Server-sent events of what changes in what you can see; resumes by Last-Event-ID',
  input: z.object({}),
  output: z.string(),
  produces: ['text/event-stream'],
  errors: ['database_unavailable', 'rate_limited'],
})
