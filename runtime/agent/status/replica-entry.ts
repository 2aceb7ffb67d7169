/** This replica's own line in an object's status: what the runtime says of each version, and what kept some from it. */
import type { InferenceModelSpec } from '#server/contracts/inference/inference-model.ts'
import type {
  LoadState,
  ReplicaStatus,
  StateReason,
  VersionStatus,
} from '#server/contracts/inference/inference-model-status.ts'
import type { ModelStatus } from '../../control/contract.ts'
import type { FileFailure } from '../files/model-files.ts'

const MAX_MESSAGE = 2000

/** Worst first: an entry's state is the worst among the versions that matter. */
const byBadness: readonly LoadState[] = ['Quarantined', 'Failed', 'Loading', 'Pending', 'SetAside', 'Ready']

export type Trouble = { reason: StateReason; message: string }

export type Observation = {
  spec: InferenceModelSpec
  /** Versions whose file could not be had. */
  failures: ReadonlyMap<string, FileFailure>
  /** What the runtime says, once it has been told. */
  served: ModelStatus | undefined
  /** The runtime could not be told, or refused. */
  trouble?: Trouble | undefined
}

export const replicaEntry = (name: string, generation: number, seen: Observation): ReplicaStatus => {
  const versions = seen.spec.versions.map((entry) => versionStatus(entry.version, seen))
  const counted = versions.filter((_, at) => matters(seen.spec.versions[at]))
  const state = byBadness.find((candidate) => counted.some((version) => version.state === candidate)) ?? 'Pending'
  const worst = versions.find((version) => version.state === state && version.message)
  return {
    name,
    state,
    observedGeneration: generation,
    ...(seen.trouble ?? (worst && { ...(worst.reason && { reason: worst.reason }), message: worst.message })),
    versions,
  }
}

/** The entry of an object that could not be followed at all. */
export const troubledEntry = (name: string, generation: number, { reason, message }: Trouble): ReplicaStatus => ({
  name,
  state: 'Failed',
  reason,
  message,
  observedGeneration: generation,
  versions: [],
})

// A shadow and a version without weight answer nobody, so they do not decide whether the model is served.
const matters = (version: InferenceModelSpec['versions'][number] | undefined): boolean =>
  version !== undefined && !version.shadow && version.weight > 0

const versionStatus = (version: string, { failures, served, trouble }: Observation): VersionStatus => {
  const failure = failures.get(version)
  if (failure) return { version, state: 'Failed', reason: failure.reason, message: failure.message }
  const known = served?.versions.find((entry) => entry.version === version)
  if (!known) return { version, state: 'Pending', ...(trouble && { reason: trouble.reason, message: trouble.message }) }
  const reason = reasonOf(known.state)
  return {
    version,
    state: known.state,
    ...(reason && { reason }),
    ...(known.message && { message: known.message.slice(0, MAX_MESSAGE) }),
  }
}

const reasonOf = (state: LoadState): StateReason | undefined =>
  state === 'Failed' ? 'LoadFailed' : state === 'Quarantined' ? 'Quarantined' : undefined
