/** What is kept of each kind that is watched; everything else is dropped as it is parsed. */
import { z } from 'zod'
import { InferenceModelSpec } from '../../contracts/inference/inference-model.ts'
import { Condition, ReplicaStatus } from '../../contracts/inference/inference-model-status.ts'
import { type KindRef, type KubernetesObject, kinds } from '../../ports/cluster.ts'
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
export const ObservedApplication = z.object({
  sync: z.string(),
  health: z.string(),
  healthMessage: z.string().nullable(),
  revision: z.string().nullable(),
  phase: z.string().nullable(),
  message: z.string().nullable(),
  path: z.string(),
  resources: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      sync: z.string(),
      health: z.string().nullable(),
      message: z.string().nullable(),
    }),
  ),
})

export type ObservedNamespace = z.infer<typeof ObservedNamespace>
export type ObservedQuota = z.infer<typeof ObservedQuota>
export type ObservedModel = z.infer<typeof ObservedModel>
export type ObservedApplication = z.infer<typeof ObservedApplication>

export type Observed = { namespace: string; name: string; team: string | null; data: object | null }
export type ObservedKind = 'namespace' | 'quota' | 'model' | 'application'

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
const ApplicationObject = z.object({
  spec: z.object({ source: z.object({ path: z.string().default('') }).optional() }),
  status: z
    .object({
      sync: z.object({ status: z.string(), revision: z.string().optional() }).optional(),
      health: z.object({ status: z.string().optional(), message: z.string().optional() }).optional(),
      operationState: z.object({ phase: z.string(), message: z.string().optional() }).optional(),
      conditions: z.array(z.object({ type: z.string(), message: z.string() })).optional(),
      resources: z
        .array(
          z.object({
            kind: z.string(),
            name: z.string(),
            status: z.string().optional(),
            health: z.object({ status: z.string().optional(), message: z.string().optional() }).optional(),
          }),
        )
        .optional(),
    })
    .optional(),
})

const placed = (object: KubernetesObject, data: object): Observed => ({
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name,
  team: object.metadata.labels?.[label.team] ?? null,
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
  application: define({
    ref: kinds.application,
    schema: ObservedApplication,
    topic: 'deployment',
    labelSelector: label.team,
    project: (object) => {
      const { spec, status } = ApplicationObject.parse(object)
      const failed = status?.conditions?.find((each) => each.type.endsWith('Error'))
      return placed(object, {
        sync: status?.sync?.status ?? 'Unknown',
        health: status?.health?.status ?? 'Unknown',
        healthMessage: status?.health?.message ?? null,
        revision: status?.sync?.revision ?? null,
        phase: status?.operationState?.phase ?? null,
        message: failed?.message ?? status?.operationState?.message ?? null,
        path: spec.source?.path ?? '',
        resources: (status?.resources ?? []).map((each) => ({
          kind: each.kind,
          name: each.name,
          sync: each.status ?? 'Unknown',
          health: each.health?.status ?? null,
          message: each.health?.message ?? null,
        })),
      } satisfies ObservedApplication)
    },
  }),
} as const
