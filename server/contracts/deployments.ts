/** Deployments: a model of a team, answering in one of its namespaces. */
import { z } from 'zod'
import { contract } from './contract.ts'
import { ApplicationView } from './delivery.ts'
import { Environment, ModelName, NamespaceName, RequestId, TeamSlug } from './names.ts'
import { Freshness, Paging, page, sorting, Timestamp } from './paging.ts'

/** One word for the state of a deployment, the same on every page. */
export const deploymentStates = [
  'Healthy',
  'Canary',
  'Deploying',
  'Degraded',
  'Failed',
  'Quota exceeded',
  'Out of sync',
  'Waiting for approval',
  'Removing',
  'Unknown',
] as const

export const DeploymentView = z.object({
  team: TeamSlug,
  environment: Environment,
  namespace: NamespaceName,
  model: ModelName,
  servedName: z.string().meta({ description: 'The name the runtime serves it under' }),
  state: z.enum(deploymentStates),
  message: z.string().nullable(),
  endpoint: z.string().nullable(),
  versions: z.array(
    z.object({
      version: z.number().int(),
      weight: z.number(),
      shadow: z.boolean(),
      state: z.string(),
      message: z.string().nullable(),
    }),
  ),
  openRequest: z.object({ id: RequestId, number: z.number().int(), stateLabel: z.string() }).nullable(),
  freshness: Freshness,
})
export type DeploymentView = z.infer<typeof DeploymentView>

export const DeploymentSort = sorting(['servedName', 'model', 'namespace', 'environment', 'state'])

export const listDeployments = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/deployments',
  action: 'deployment.list',
  summary: 'What a team serves, and in which state',
  input: Paging.extend({
    team: TeamSlug,
    environment: Environment.optional(),
    namespace: NamespaceName.optional(),
    sort: DeploymentSort.default('servedName'),
  }),
  output: page(DeploymentView),
})

export const DeploymentDetail = DeploymentView.extend({
  application: ApplicationView.nullable(),
  replicas: z.array(z.object({ name: z.string(), state: z.string(), message: z.string().nullable() })),
  limits: z.object({
    concurrency: z.number().nullable(),
    requestsPerSecond: z.number().nullable(),
    timeoutMilliseconds: z.number().nullable(),
  }),
  history: z.array(
    z.object({
      id: RequestId,
      number: z.number().int(),
      title: z.string(),
      stateLabel: z.string(),
      at: Timestamp,
      canUndo: z.boolean().meta({ description: 'The one that a rollback would undo' }),
    }),
  ),
})
export type DeploymentDetail = z.infer<typeof DeploymentDetail>

export const getDeployment = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/deployments/{namespace}/{model}',
  action: 'deployment.read',
  summary: 'One deployment: state, versions, endpoint, history',
  input: z.object({ team: TeamSlug, namespace: NamespaceName, model: ModelName }),
  output: DeploymentDetail,
})
