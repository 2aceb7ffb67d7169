/** What can be asked for: one shape for each kind of request. */
import { z } from 'zod'
import { Environment, ModelName, NamespaceName, Purpose, Reason, RequestId, TeamSlug } from '../names.ts'
import { QuotaInput } from '../quantity.ts'

const VersionNumber = z.number().int().min(1).max(100_000)

/** Which versions answer under one name, and how much of the traffic each gets. */
export const Traffic = z
  .array(
    z
      .object({
        version: VersionNumber,
        weight: z.number().int().min(0).max(100).default(100),
        shadow: z.boolean().default(false),
      })
      .strict(),
  )
  .min(1, 'Name at least one version.')
  .max(8, 'At most 8 versions can serve under one name.')
  .refine(
    (versions) => new Set(versions.map((each) => each.version)).size === versions.length,
    'Each version can be named once.',
  )
  .refine(
    (versions) => versions.filter((each) => !each.shadow).reduce((sum, each) => sum + each.weight, 0) === 100,
    'The weights of the versions that answer must add up to 100.',
  )
export type Traffic = z.output<typeof Traffic>

export const ServingLimits = z
  .object({
    concurrency: z.number().int().min(1).max(256).default(16),
    requestsPerSecond: z.number().int().min(1).max(10_000).default(200),
    timeoutMilliseconds: z.number().int().min(50).max(120_000).default(10_000),
  })
  .strict()
export type ServingLimits = z.output<typeof ServingLimits>
/** What a deployment is held to unless its request says otherwise, whether it is asked for in a form or over the API. */
export const usualLimits = ServingLimits.parse({})

export const namespaceCreate = z
  .object({
    kind: z.literal('namespace.create'),
    team: TeamSlug,
    environment: Environment,
    purpose: Purpose.optional(),
    preset: z.string().max(40).optional(),
    quota: QuotaInput,
    reason: Reason,
  })
  .strict()
export const namespaceChange = z
  .object({
    kind: z.literal('namespace.change'),
    team: TeamSlug,
    namespace: NamespaceName,
    quota: QuotaInput,
    reason: Reason,
  })
  .strict()
export const namespaceDelete = z
  .object({
    kind: z.literal('namespace.delete'),
    team: TeamSlug,
    namespace: NamespaceName,
    reason: Reason,
  })
  .strict()
export const modelDeploy = z
  .object({
    kind: z.literal('model.deploy'),
    team: TeamSlug,
    namespace: NamespaceName,
    model: ModelName,
    traffic: Traffic,
    limits: ServingLimits.optional().meta({
      description: 'Without it a new deployment gets the usual limits, and a changed one keeps those it has',
    }),
    reason: Reason,
  })
  .strict()
export const modelChange = modelDeploy.extend({ kind: z.literal('model.change') })
export const modelUndeploy = z
  .object({
    kind: z.literal('model.undeploy'),
    team: TeamSlug,
    namespace: NamespaceName,
    model: ModelName,
    reason: Reason,
  })
  .strict()
/** Undoes the merge of an earlier request, as a revert. */
export const modelRollback = z
  .object({
    kind: z.literal('model.rollback'),
    team: TeamSlug,
    namespace: NamespaceName,
    model: ModelName,
    undo: RequestId.optional().meta({
      description: 'The request to undo; the latest done change of the deployment unless told',
    }),
    reason: Reason,
  })
  .strict()

export const RequestDraft = z
  .discriminatedUnion('kind', [
    namespaceCreate,
    namespaceChange,
    namespaceDelete,
    modelDeploy,
    modelChange,
    modelUndeploy,
    modelRollback,
  ])
  .meta({
    examples: [
      {
        kind: 'namespace.create',
        team: 'ml',
        environment: 'dev',
        purpose: 'sandbox',
        quota: { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' },
        reason: 'To try out the new features before we train on them',
      },
    ],
  })
export type RequestDraft = z.output<typeof RequestDraft>
export type RequestDraftInput = z.input<typeof RequestDraft>
export type RequestKind = RequestDraft['kind']
export const requestKinds = RequestDraft.options.map((option) => option.shape.kind.value)
