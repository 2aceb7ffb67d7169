/**
 * The InferenceModel object: what a team asks the shared runtime to serve. The portal renders it into the GitOps
 * repository, the runtime's agent acts on it and writes its status. The CRD in runtime/agent says the same in
 * OpenAPI; a test holds the two together.
 */
import { z } from 'zod'
import { InferenceModelStatus } from './inference-model-status.ts'
import { Monitoring } from './monitoring.ts'
import { DnsLabel, ModelVersionName, Sha256Digest } from './names.ts'

export const INFERENCE_GROUP = 'inference.modelyard.dev'
export const INFERENCE_VERSION = 'v1alpha1'
export const INFERENCE_API_VERSION = `${INFERENCE_GROUP}/${INFERENCE_VERSION}` as const
export const INFERENCE_PLURAL = 'inferencemodels'

export const ModelUrl = z
  .string()
  .max(4096)
  .regex(/^(file|s3|https?):\/\/\S+$/, 'must start with file://, s3://, http:// or https://')

export const ModelRef = z.object({
  digest: Sha256Digest,
  /** Where the bytes are; absent, they are looked up by digest in the agent's own store. */
  url: ModelUrl.optional(),
})

export const VersionSpec = z.object({
  version: ModelVersionName,
  modelRef: ModelRef,
  /** Share of the traffic relative to the other versions; of no meaning for a shadow. */
  weight: z.int().min(0).max(100).default(100),
  /** A shadow gets a copy of the requests; its answers are compared and never returned. */
  shadow: z.boolean().default(false),
})

export type VersionSpec = z.infer<typeof VersionSpec>

export const Limits = z.object({
  concurrency: z.int().min(1).max(10_000).optional(),
  requestsPerSecond: z.number().positive().max(1_000_000).optional(),
  timeoutMilliseconds: z.int().min(10).max(600_000).optional(),
})

export const Batching = z.object({
  maxBatch: z.int().min(1).max(1024).optional(),
  latencyBudgetMilliseconds: z.number().positive().max(60_000).optional(),
})

const Versions = z
  .array(VersionSpec)
  .min(1, 'must name at least one version')
  .max(8, 'must name at most 8 versions')
  .superRefine((versions, context) => {
    const names = versions.map((entry) => entry.version)
    const doubled = names.find((name, at) => names.indexOf(name) !== at)
    if (doubled !== undefined) context.addIssue({ code: 'custom', message: `names version "${doubled}" twice` })
    const weight = versions.reduce((sum, entry) => sum + (entry.shadow ? 0 : entry.weight), 0)
    if (weight <= 0)
      context.addIssue({
        code: 'custom',
        message: 'gives no version that answers a weight above 0, so nothing would be served',
      })
  })

export const InferenceModelSpec = z.object({
  tenant: DnsLabel,
  versions: Versions,
  limits: Limits.optional(),
  batching: Batching.optional(),
  monitoring: Monitoring.optional(),
})

export type InferenceModelSpec = z.infer<typeof InferenceModelSpec>

export const InferenceModel = z.object({
  apiVersion: z.literal(INFERENCE_API_VERSION),
  kind: z.literal('InferenceModel'),
  metadata: z.looseObject({
    name: DnsLabel,
    namespace: DnsLabel.optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: InferenceModelSpec,
  status: InferenceModelStatus.optional(),
})

export type InferenceModel = z.infer<typeof InferenceModel>
