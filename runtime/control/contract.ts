/**
 * The control API: HTTP with JSON over a Unix socket, spoken by the agent and by `--models`.
 *
 *   PUT    /models/{name}   ModelSpec → 202 ModelStatus   (idempotent: the whole wished-for state of one name)
 *   GET    /models          → 200 { models: ModelStatus[] }
 *   GET    /models/{name}   → 200 ModelStatus | 404 { error }
 *   DELETE /models/{name}   → 202 { name }                 (idempotent: also for a name that is not there)
 *   GET    /health          → 200 { ok: true }
 *
 * Loading is asynchronous: a PUT answers at once, and the state is read with GET until it settles. While new
 * versions load, the versions that were ready before keep answering; traffic moves when every wished-for version
 * with a weight is ready or has failed.
 */
import { z } from 'zod'
import { Monitoring } from '#server/contracts/inference/monitoring.ts'

export const ModelName = z
  .string()
  .max(190)
  .regex(/^[a-z0-9]([-a-z0-9._]*[a-z0-9])?$/, 'a model name is lower case letters, digits, dashes and dots')

export const VersionName = z
  .string()
  .regex(/^[A-Za-z0-9]([-A-Za-z0-9._]{0,62})$/, 'a version is at most 63 plain characters')

export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a digest is "sha256:" and 64 hex digits')

export const Limits = z.object({
  /** Requests of this model that may be waiting or running at once; more are answered 429. */
  concurrency: z.int().min(1).max(100_000).optional(),
  requestsPerSecond: z.number().positive().max(1_000_000).optional(),
  /** A run that takes longer is ended by ending its engine. */
  timeoutMilliseconds: z.int().min(10).max(3_600_000).optional(),
})

export const Batching = z.object({
  /** Rows that one run may take; 1 switches batching off. */
  maxBatch: z.int().min(1).max(4096).optional(),
  /** A request that has waited longer than this is not held back for a fuller batch and shrinks the batches behind it. */
  latencyBudgetMilliseconds: z.number().min(0).max(60_000).optional(),
})

export const VersionSpec = z.object({
  version: VersionName,
  /** Checked against the bytes. May be left out with `path` (a folder of models), and is then computed. */
  digest: Digest.optional(),
  /** A file on this machine; wins over `url`. */
  path: z.string().optional(),
  /** file:// or http(s)://; with neither `path` nor `url` the runtime's own `--store` is asked for `sha256/<hex>`. */
  url: z.string().optional(),
  weight: z.int().min(0).max(100).default(100),
  shadow: z.boolean().default(false),
})

export const ModelSpec = z
  .object({
    tenant: z.string().min(1).max(63),
    versions: z.array(VersionSpec).min(1).max(8),
    limits: Limits.default({}),
    batching: Batching.default({}),
    monitoring: Monitoring.default({}),
    /** A pinned model is never unloaded to make room. */
    pinned: z.boolean().default(false),
  })
  .refine((spec) => new Set(spec.versions.map((each) => each.version)).size === spec.versions.length, {
    message: 'each version may be named once',
    path: ['versions'],
  })
  .refine((spec) => spec.versions.some((each) => !each.shadow && each.weight > 0), {
    message: 'at least one version that is no shadow needs a weight above 0',
    path: ['versions'],
  })

/** `SetAside`: unloaded to make room for others; the next request loads it again. */
export const VersionState = z.enum(['Pending', 'Loading', 'Ready', 'SetAside', 'Failed', 'Quarantined'])

export const VersionStatus = z.object({
  version: z.string(),
  digest: Digest.optional(),
  weight: z.int(),
  shadow: z.boolean(),
  state: VersionState,
  /** For people: why it is in this state and what to do; empty when Ready. */
  message: z.string(),
  /** Restarts of the engine since it was loaded. */
  restarts: z.int(),
})

export const ModelStatus = z.object({
  name: z.string(),
  tenant: z.string(),
  /** Ready as soon as every version with a weight is; else the worst state among them. */
  state: VersionState,
  message: z.string(),
  versions: z.array(VersionStatus),
})

export const ModelList = z.object({ models: z.array(ModelStatus) })

export type ModelSpec = z.infer<typeof ModelSpec>
export type ModelSpecInput = z.input<typeof ModelSpec>
export type VersionSpec = z.infer<typeof VersionSpec>
export type Limits = z.infer<typeof Limits>
export type Batching = z.infer<typeof Batching>
export type VersionState = z.infer<typeof VersionState>
export type VersionStatus = z.infer<typeof VersionStatus>
export type ModelStatus = z.infer<typeof ModelStatus>
