/**
 * The object's conditions, computed from all replicas' entries and nothing else. Every replica computes the same from
 * the same entries, so that several of them can write the conditions without fighting over them.
 */
import type { InferenceModelSpec } from '#server/contracts/inference/inference-model.ts'
import type {
  Condition,
  InferenceModelStatus,
  LoadState,
  ReplicaStatus,
} from '#server/contracts/inference/inference-model-status.ts'

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>

export type Summary = { generation: number; spec: InferenceModelSpec | undefined; replicas: readonly ReplicaStatus[] }

export const conditionsOf = (summary: Summary, before: InferenceModelStatus, now: string): Condition[] =>
  [
    { type: 'Ready', ...ready(summary) },
    { type: 'Loaded', ...loaded(summary) },
    { type: 'Degraded', ...degraded(summary) },
  ].map((condition) => {
    const known = before.conditions?.find(({ type }) => type === condition.type)
    const lastTransitionTime = known?.status === condition.status ? known.lastTransitionTime : now
    return { ...condition, lastTransitionTime, observedGeneration: summary.generation }
  })

/** What a replica says of an older spec says nothing of this one. */
const current = ({ replicas, generation }: Summary): ReplicaStatus[] =>
  replicas.filter((replica) => replica.observedGeneration === generation)

const inState = (state: LoadState, spec: InferenceModelSpec | undefined, replica: ReplicaStatus): string[] =>
  (spec?.versions ?? [])
    .filter((wanted) => !wanted.shadow && wanted.weight > 0)
    .map((wanted) => wanted.version)
    .filter((version) => replica.versions?.some((entry) => entry.version === version && entry.state === state))

const ready = (summary: Summary): Verdict => {
  const replicasWith = (state: LoadState) =>
    current(summary).filter((replica) => inState(state, summary.spec, replica).length > 0)
  const serving = replicasWith('Ready')
  const first = serving[0]
  if (first) {
    const versions = inState('Ready', summary.spec, first)
    const named = versions.length === 1 ? `Version ${versions[0]} answers` : `Versions ${versions.join(', ')} answer`
    return {
      status: 'True',
      reason: 'Serving',
      message: `${named} on ${serving.length} of ${summary.replicas.length} replicas.`,
    }
  }
  if (replicasWith('SetAside').length > 0)
    return {
      status: 'True',
      reason: 'OnDemand',
      message: 'Set aside to make room for others; the next request loads it again and waits for that.',
    }
  const failure = failures(summary)[0]
  if (failure)
    return {
      status: 'False',
      reason: failure.reason,
      message: `No version of this spec answers yet. ${failure.message}`,
    }
  return { status: 'False', reason: 'Loading', message: 'No version of this spec answers yet; it is being loaded.' }
}

const loaded = (summary: Summary): Verdict => {
  const done = current(summary).filter(
    (replica) => replica.versions?.length && replica.versions.every((version) => version.state === 'Ready'),
  )
  const all = summary.replicas.length
  if (all > 0 && done.length === all)
    return {
      status: 'True',
      reason: 'AllVersionsLoaded',
      message: `Every version is loaded on ${all} of ${all} replicas.`,
    }
  const failure = failures(summary)[0]
  return {
    status: 'False',
    reason: failure?.reason ?? (resting(summary) ? 'SetAside' : 'Loading'),
    message: `Every version is loaded on ${done.length} of ${all} replicas.`,
  }
}

/** What is not loaded has been set aside. */
const resting = (summary: Summary): boolean =>
  current(summary).length === summary.replicas.length &&
  current(summary).every((replica) =>
    replica.versions?.every((version) => version.state === 'Ready' || version.state === 'SetAside'),
  )

const degraded = (summary: Summary): Verdict => {
  const [first, ...others] = failures(summary)
  if (!first) return { status: 'False', reason: 'AsExpected', message: 'Nothing has failed.' }
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return { status: 'True', reason: first.reason, message: `${first.message}${more}` }
}

type Failure = { reason: string; message: string }

/** In the order of replicas and versions; the same words from several replicas count once. */
const failures = (summary: Summary): Failure[] => {
  const found = new Map<string, Failure>()
  for (const replica of current(summary)) {
    const bad = (replica.versions ?? []).filter(
      (version) => version.state === 'Failed' || version.state === 'Quarantined',
    )
    for (const version of bad) {
      const message = `Version ${version.version}: ${version.message ?? version.state}`
      found.set(message, { reason: version.reason ?? version.state, message })
    }
    if (bad.length === 0 && replica.reason)
      found.set(replica.message ?? '', { reason: replica.reason, message: replica.message ?? replica.reason })
  }
  return [...found.values()]
}
