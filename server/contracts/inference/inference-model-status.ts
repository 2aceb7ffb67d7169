import { z } from 'zod'

export const Condition = z.object({
  type: z.string().min(1).max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().max(1024),
  message: z.string().max(32_768),
  lastTransitionTime: z.string(),
  observedGeneration: z.int().optional(),
})

export type Condition = z.infer<typeof Condition>

/**
 * `SetAside`: unloaded to make room for others, loaded again by the next request. `Quarantined`: the version killed its
 * engine too often and is left out until its spec changes.
 */
export const LoadState = z.enum(['Pending', 'Loading', 'Ready', 'SetAside', 'Failed', 'Quarantined'])

export type LoadState = z.infer<typeof LoadState>

/** Why a version or a replica is not ready, in a word that a program can act on. */
export const StateReason = z.enum([
  'InvalidSpec',
  'TenantMismatch',
  'FetchFailed',
  'DigestMismatch',
  'LoadFailed',
  'Quarantined',
  'RuntimeUnreachable',
])

export type StateReason = z.infer<typeof StateReason>

export const VersionStatus = z.object({
  version: z.string(),
  state: LoadState,
  reason: StateReason.optional(),
  message: z.string().optional(),
})

export type VersionStatus = z.infer<typeof VersionStatus>

export const ReplicaStatus = z.object({
  name: z.string().min(1).max(253),
  state: LoadState,
  reason: StateReason.optional(),
  message: z.string().optional(),
  /** The generation of the spec this replica last acted on. */
  observedGeneration: z.int().optional(),
  versions: z.array(VersionStatus).optional(),
})

export type ReplicaStatus = z.infer<typeof ReplicaStatus>

export const InferenceModelStatus = z.object({
  observedGeneration: z.int().optional(),
  url: z.string().optional(),
  message: z.string().optional(),
  conditions: z.array(Condition).optional(),
  replicas: z.array(ReplicaStatus).optional(),
})

export type InferenceModelStatus = z.infer<typeof InferenceModelStatus>
