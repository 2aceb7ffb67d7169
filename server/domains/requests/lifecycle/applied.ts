/** Does the cluster hold what the request wants? And if not, what does Argo CD or the runtime say of it? */
import { z } from 'zod'
import { InferenceModel } from '../../../contracts/inference/inference-model.ts'
import { type Cluster, kinds } from '../../../ports/cluster.ts'
import type { Clusters } from '../../../ports/clusters.ts'
import { hardOf, paths } from '../../gitops/gitops.ts'
import { type Desired, desiredOf } from '../planning/desired.ts'
import type { RequestRow } from './store.ts'

type Outcome = { applied: true } | { applied: false; problem: { message: string; remedy: string } | null }

const Quota = z.object({
  spec: z.object({ hard: z.record(z.string(), z.string()).default({}) }),
  status: z.object({ hard: z.record(z.string(), z.string()).default({}) }).default({ hard: {} }),
})

const Application = z.object({
  status: z
    .object({
      operationState: z.object({ phase: z.string(), message: z.string().default('') }).optional(),
      conditions: z.array(z.object({ type: z.string(), message: z.string().default('') })).optional(),
    })
    .optional(),
})

export async function appliedYet(row: RequestRow, cluster: Cluster, gitops: Clusters['gitops']): Promise<Outcome> {
  const desired = desiredOf(row)
  const held =
    row.model === null
      ? await namespaceHolds(cluster, row.namespace, desired)
      : await modelHolds(cluster, row.namespace, row.model, desired)
  if (held.applied || held.problem) return held
  return { applied: false, problem: await whatArgoSays(row, gitops) }
}

async function namespaceHolds(cluster: Cluster, namespace: string, desired: Desired): Promise<Outcome> {
  if (desired.kind !== 'namespace') {
    return { applied: (await cluster.get(kinds.namespace, namespace)) === undefined, problem: null }
  }
  const object = await cluster.get(kinds.resourceQuota, 'team-quota', namespace)
  const quota = Quota.safeParse(object)
  if (!quota.success) return { applied: false, problem: null }
  const wanted = Object.entries(hardOf(desired.quota))
  const inForce = wanted.every(
    ([name, amount]) => quota.data.spec.hard[name] === amount && quota.data.status.hard[name] === amount,
  )
  return { applied: inForce, problem: null }
}

async function modelHolds(cluster: Cluster, namespace: string, model: string, desired: Desired): Promise<Outcome> {
  const object = await cluster.get(kinds.inferenceModel, model, namespace)
  if (desired.kind !== 'model') return { applied: object === undefined, problem: null }
  const parsed = InferenceModel.safeParse(object)
  if (!parsed.success) return { applied: false, problem: null }
  const { spec, status, metadata } = parsed.data
  const same =
    spec.versions.length === desired.versions.length &&
    desired.versions.every((wanted) =>
      spec.versions.some(
        (each) =>
          each.version === String(wanted.version) &&
          each.modelRef.digest === `sha256:${wanted.digest}` &&
          each.weight === wanted.weight &&
          each.shadow === wanted.shadow,
      ),
    )
  if (!same || status?.observedGeneration !== metadata.generation) return { applied: false, problem: null }
  const condition = (type: string) => status?.conditions?.find((each) => each.type === type)
  if (condition('Ready')?.status === 'True') return { applied: true }
  const degraded = condition('Degraded')
  if (degraded?.status !== 'True') return { applied: false, problem: null }
  return {
    applied: false,
    problem: {
      message: `The runtime cannot serve it: ${degraded.message ?? status?.message ?? 'no reason given'}`,
      remedy: 'Roll back, or deploy another version.',
    },
  }
}

async function whatArgoSays(row: RequestRow, { cluster, namespace }: Clusters['gitops']) {
  const name =
    row.model === null
      ? paths.applicationOfNamespace(row.namespace)
      : paths.applicationOfModel(row.namespace, row.model)
  const parsed = Application.safeParse(await cluster.get(kinds.application, name, namespace))
  if (!parsed.success) return null
  const { operationState, conditions = [] } = parsed.data.status ?? {}
  const error = conditions.find((each) => /Error$/.test(each.type))
  const failed =
    operationState && ['Failed', 'Error'].includes(operationState.phase) ? operationState.message : error?.message
  return failed
    ? {
        message: `Argo CD could not apply it: ${failed}`,
        remedy: 'Argo CD tries again. If it stays, ask a platform admin to look at the Application.',
      }
    : null
}
