/** Namespaces: what a team has, what it may use and what it uses. */
import { z } from 'zod'
import { contract } from './contract.ts'
import { ApplicationView } from './delivery.ts'
import { Environment, NamespaceName, RequestId, TeamSlug } from './names.ts'
import { Freshness, Paging, page, sorting, Timestamp } from './paging.ts'
import { Amounts } from './quantity.ts'

export const NamespaceView = z.object({
  name: NamespaceName,
  team: TeamSlug,
  environment: Environment,
  state: z.enum(['Ready', 'Waiting', 'Out of sync', 'Degraded', 'Terminating', 'Unknown']),
  message: z.string().nullable(),
  quota: Amounts.nullable().meta({ description: 'What is in force, or null while there is none' }),
  used: Amounts.nullable(),
  models: z.number().int(),
  monthlyCost: z.number(),
  openRequest: RequestId.nullable(),
  freshness: Freshness,
})
export type NamespaceView = z.infer<typeof NamespaceView>

export const NamespaceSort = sorting([
  'name',
  'environment',
  'state',
  'cpu',
  'memory',
  'gpu',
  'storage',
  'models',
  'monthlyCost',
])

export const listNamespaces = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/namespaces',
  action: 'namespace.list',
  summary: 'Namespaces of a team with use against quota',
  input: Paging.extend({
    team: TeamSlug,
    environment: Environment.optional(),
    sort: NamespaceSort.default('name'),
  }),
  output: page(NamespaceView),
})

export const ObjectView = z.object({
  kind: z.string(),
  name: z.string(),
  sync: z.string(),
  health: z.string().nullable(),
  message: z.string().nullable(),
})
export const EventView = z.object({
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  object: z.string(),
  count: z.number().int(),
  at: Timestamp.nullable(),
})

export const PodView = z.object({
  name: z.string(),
  state: z.string().meta({ description: 'Running, Pending, CrashLoopBackOff, … as the cluster calls it' }),
  ready: z.string().meta({ description: 'Containers that are ready, of how many' }),
  restarts: z.number().int(),
  owner: z.string().nullable(),
  message: z.string().nullable(),
  startedAt: Timestamp.nullable(),
})

export const NamespaceDetail = NamespaceView.extend({
  application: ApplicationView.nullable(),
  objects: z.array(ObjectView),
  pods: z.array(PodView).meta({ description: 'At most a hundred, those in trouble first' }),
  events: z.array(EventView),
  eventsProblem: z.string().nullable().meta({ description: 'Why its events could not be read' }),
  requests: z.array(
    z.object({ id: RequestId, number: z.number().int(), title: z.string(), stateLabel: z.string(), at: Timestamp }),
  ),
})
export type NamespaceDetail = z.infer<typeof NamespaceDetail>

export const getNamespace = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/namespaces/{namespace}',
  action: 'namespace.read',
  summary: 'One namespace: quota, objects, events, requests',
  input: z.object({ team: TeamSlug, namespace: NamespaceName }),
  output: NamespaceDetail,
})
