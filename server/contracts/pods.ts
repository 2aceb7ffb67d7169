/** What the containers of a pod have written. */
import { z } from 'zod'
import { contract } from './contract.ts'
import { NamespaceName, TeamSlug } from './names.ts'
import { Timestamp } from './paging.ts'

/** Kubernetes' own rule; a pod's name is given by what makes it. */
const PodName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'This is not the name of a pod.')

export const mostLogLines = 5000

export const PodLog = z.object({
  pod: PodName,
  phase: z.string().meta({ description: 'Pending, Running, Succeeded, Failed or Unknown' }),
  container: z.string(),
  containers: z.array(z.string()),
  restarts: z.number().int().meta({ description: 'Of this container; there is a run before it when it is above 0' }),
  text: z.string().meta({ description: 'The last lines, oldest first; at most 1 MiB' }),
  problem: z.string().nullable().meta({ description: 'Why there is nothing to read, in the words of the cluster' }),
  readAt: Timestamp,
})
export type PodLog = z.infer<typeof PodLog>

export const getPodLog = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/namespaces/{namespace}/pods/{pod}/log',
  action: 'pod.readLog',
  summary: 'The last lines that a container of a pod has written',
  errors: ['integration_unavailable'],
  input: z.object({
    team: TeamSlug,
    namespace: NamespaceName,
    pod: PodName,
    container: z.string().max(63).optional().meta({ description: 'The first of the pod unless told' }),
    previous: z.stringbool().optional().meta({ description: 'Of the run before this one' }),
    lines: z.coerce.number().int().min(1).max(mostLogLines).default(500),
  }),
  output: PodLog,
})
