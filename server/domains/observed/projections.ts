/** What is kept of each kind that is watched; everything else is dropped as it is parsed. */
import { z } from 'zod'
import { InferenceModelSpec } from '../../contracts/inference/inference-model.ts'
import { Condition, ReplicaStatus } from '../../contracts/inference/inference-model-status.ts'
import { type KindRef, type KubernetesObject, kinds } from '../../ports/cluster.ts'
import type { Application } from '../../ports/gitops/gitops.ts'
import { label } from '../gitops/gitops.ts'
import type { Topic } from '../live/live.ts'

const Amounts = z.record(z.string(), z.string())

export const ObservedNamespace = z.object({ phase: z.string(), environment: z.string(), terminating: z.boolean() })
export const ObservedQuota = z.object({ hard: Amounts, used: Amounts })
export const ObservedModel = z.object({
  environment: z.string(),
  request: z.string().nullable(),
  generation: z.number(),
  spec: InferenceModelSpec.nullable(),
  observedGeneration: z.number().nullable(),
  url: z.string().nullable(),
  message: z.string().nullable(),
  conditions: z.array(Condition),
  replicas: z.array(ReplicaStatus),
  deleting: z.boolean(),
})
const Resource = z.object({
  group: z.string(),
  kind: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
  sync: z.string(),
  health: z.string().nullable(),
  message: z.string().nullable(),
  toBeRemoved: z.boolean(),
})
const Operation = z.object({
  phase: z.string(),
  message: z.string().nullable(),
  revision: z.string().nullable(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  by: z.string().nullable(),
  retries: z.number(),
})
export const ObservedApplication = z.object({
  namespace: z.string(),
  path: z.string(),
  targetRevision: z.string(),
  automated: z.boolean(),
  prunes: z.boolean(),
  deleting: z.boolean(),
  sync: z.string(),
  revision: z.string().nullable(),
  health: z.string(),
  healthMessage: z.string().nullable(),
  operation: Operation.nullable(),
  history: z.array(
    z.object({ id: z.number(), revision: z.string(), at: z.string().nullable(), by: z.string().nullable() }),
  ),
  resources: z.array(Resource),
  messages: z.array(z.object({ type: z.string(), message: z.string(), at: z.string().nullable() })),
  askedToLook: z.boolean(),
  /** The most telling of what it says, and how its last operation stands. */
  message: z.string().nullable(),
  phase: z.string().nullable(),
})
export const ObservedPod = z.object({
  environment: z.string(),
  phase: z.string(),
  node: z.string().nullable(),
  ready: z.number(),
  containers: z.number(),
  restarts: z.number(),
  /** Why it does not run, or has been started again. */
  reason: z.string().nullable(),
  message: z.string().nullable(),
  owner: z.string().nullable(),
  startedAt: z.string().nullable(),
  deleting: z.boolean(),
})

export type ObservedNamespace = z.infer<typeof ObservedNamespace>
export type ObservedQuota = z.infer<typeof ObservedQuota>
export type ObservedModel = z.infer<typeof ObservedModel>
export type ObservedApplication = z.infer<typeof ObservedApplication>
export type ObservedPod = z.infer<typeof ObservedPod>

/** `data` is null for an object that cannot be read: it is there, and nothing is known of it anew. */
export type Observed = {
  namespace: string
  name: string
  team: string | null
  /** Where it belongs, by its own label; null when it says nothing of it. */
  environment: string | null
  data: object | null
}
export const clusterKinds = ['namespace', 'quota', 'model', 'pod'] as const
export type ClusterKind = (typeof clusterKinds)[number]
export type ObservedKind = ClusterKind | 'application'

type Definition<Schema extends z.ZodType> = {
  ref: KindRef
  schema: Schema
  topic: Topic
  labelSelector?: string
  project: (object: KubernetesObject) => Observed
}

const NamespaceObject = z.object({ status: z.object({ phase: z.string() }).optional() })
const QuotaObject = z.object({ status: z.object({ hard: Amounts.optional(), used: Amounts.optional() }).optional() })
const ModelObject = z.object({
  spec: z.unknown(),
  status: z
    .object({
      observedGeneration: z.number().optional(),
      url: z.string().optional(),
      message: z.string().optional(),
      conditions: z.array(Condition).optional(),
      replicas: z.array(ReplicaStatus).optional(),
    })
    .optional(),
})
const ContainerState = z
  .object({ reason: z.string().optional().catch(undefined), message: z.string().optional().catch(undefined) })
  .optional()
  .catch(undefined)
const PodObject = z.object({
  metadata: z.object({ ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).optional() }),
  spec: z.object({ nodeName: z.string().optional(), containers: z.array(z.unknown()).default([]) }).optional(),
  status: z
    .object({
      phase: z.string().default('Unknown'),
      reason: z.string().optional(),
      message: z.string().optional(),
      startTime: z.string().optional(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() }))
        .default([]),
      containerStatuses: z
        .array(
          z.object({
            ready: z.boolean().default(false),
            restartCount: z.number().default(0),
            state: z.object({ waiting: ContainerState, terminated: ContainerState }).optional(),
            lastState: z.object({ terminated: ContainerState }).optional(),
          }),
        )
        .default([]),
    })
    .optional(),
})

const placed = (object: KubernetesObject, data: object): Observed => ({
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name,
  team: object.metadata.labels?.[label.team] ?? null,
  environment: object.metadata.labels?.[label.environment] ?? null,
  data,
})

const define = <Schema extends z.ZodType>(definition: Definition<Schema>) => definition

export const observedKinds = {
  namespace: define({
    ref: kinds.namespace,
    schema: ObservedNamespace,
    topic: 'namespace',
    labelSelector: label.team,
    project: (object) =>
      placed(object, {
        phase: NamespaceObject.parse(object).status?.phase ?? 'Active',
        environment: object.metadata.labels?.[label.environment] ?? '',
        terminating: object.metadata.deletionTimestamp !== undefined,
      } satisfies ObservedNamespace),
  }),
  quota: define({
    ref: kinds.resourceQuota,
    schema: ObservedQuota,
    topic: 'namespace',
    labelSelector: label.team,
    project: (object) => {
      const { status } = QuotaObject.parse(object)
      return placed(object, { hard: status?.hard ?? {}, used: status?.used ?? {} } satisfies ObservedQuota)
    },
  }),
  model: define({
    ref: kinds.inferenceModel,
    schema: ObservedModel,
    topic: 'deployment',
    labelSelector: label.team,
    project: (object) => {
      const { spec, status } = ModelObject.parse(object)
      return placed(object, {
        environment: object.metadata.labels?.[label.environment] ?? '',
        request: object.metadata.labels?.[label.request] ?? null,
        generation: object.metadata.generation ?? 0,
        spec: InferenceModelSpec.safeParse(spec).data ?? null,
        observedGeneration: status?.observedGeneration ?? null,
        url: status?.url ?? null,
        message: status?.message ?? null,
        conditions: status?.conditions ?? [],
        replicas: status?.replicas ?? [],
        deleting: object.metadata.deletionTimestamp !== undefined,
      } satisfies ObservedModel)
    },
  }),
  pod: define({
    ref: kinds.pod,
    schema: ObservedPod,
    topic: 'namespace',
    labelSelector: label.team,
    project: (object) => {
      const { metadata, spec, status } = PodObject.parse(object)
      const containers = status?.containerStatuses ?? []
      const waiting = containers.find((each) => each.state?.waiting)?.state?.waiting
      const ended = containers.find((each) => each.state?.terminated)?.state?.terminated
      const before = containers.find((each) => each.lastState?.terminated)?.lastState?.terminated
      const unplaced = status?.conditions.find((each) => each.type === 'PodScheduled' && each.status === 'False')
      const owner = metadata.ownerReferences?.[0]
      return placed(object, {
        environment: object.metadata.labels?.[label.environment] ?? '',
        phase: status?.phase ?? 'Pending',
        node: spec?.nodeName ?? null,
        ready: containers.filter((each) => each.ready).length,
        containers: spec?.containers.length ?? containers.length,
        restarts: containers.reduce((sum, each) => sum + each.restartCount, 0),
        reason: waiting?.reason ?? ended?.reason ?? status?.reason ?? before?.reason ?? null,
        message: waiting?.message ?? ended?.message ?? status?.message ?? unplaced?.message ?? null,
        owner: owner ? `${owner.kind} ${owner.name}` : null,
        startedAt: status?.startTime ?? null,
        deleting: object.metadata.deletionTimestamp !== undefined,
      } satisfies ObservedPod)
    },
  }),
} as const satisfies Record<ClusterKind, unknown>

/** The times of looking are left out: they change without anything having changed. */
export function projectApplication({ name, team, environment, lookedAt: _, ...rest }: Application): Observed {
  const failed = rest.messages.find((each) => each.type.endsWith('Error'))
  return {
    namespace: '',
    name,
    team,
    environment,
    data: {
      ...rest,
      message: failed?.message ?? rest.operation?.message ?? null,
      phase: rest.operation?.phase ?? null,
    } satisfies ObservedApplication,
  }
}
