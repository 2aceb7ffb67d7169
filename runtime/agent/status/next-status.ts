/** The status to write next, or nothing when what stands there already says the same. */
import { isDeepStrictEqual } from 'node:util'
import type { InferenceModelSpec } from '#server/contracts/inference/inference-model.ts'
import type { InferenceModelStatus, ReplicaStatus } from '#server/contracts/inference/inference-model-status.ts'
import { conditionsOf } from './conditions.ts'

export type NextStatus = {
  generation: number
  url: string
  spec: InferenceModelSpec | undefined
  own: ReplicaStatus
  before: InferenceModelStatus
  now: string
  /** Write even what stands there already. */
  always?: boolean
}

/** What this replica applies: its own entry, and the summary that all replicas agree on. */
export const nextStatus = ({
  generation,
  url,
  spec,
  own,
  before,
  now,
  always = false,
}: NextStatus): InferenceModelStatus | undefined => {
  const others = (before.replicas ?? []).filter((replica) => replica.name !== own.name)
  const replicas = [...others, own].sort((a, b) => (a.name < b.name ? -1 : 1))
  const conditions = conditionsOf({ generation, spec, replicas }, before, now)
  const worst = conditions.find(({ type, status }) => type === 'Degraded' && status === 'True') ?? conditions[0]
  const summary = { observedGeneration: generation, url, message: worst?.message ?? '', conditions }
  const { replicas: _, ...standing } = before
  const ownBefore = before.replicas?.find((replica) => replica.name === own.name)
  const same = isDeepStrictEqual(standing, summary) && isDeepStrictEqual(ownBefore, own)
  return same && !always ? undefined : { ...summary, replicas: [own] }
}
