/** Does the cluster hold what the request wants? And if not, what does the GitOps controller or the runtime say of it? */
import { z } from 'zod'
import { InferenceModel } from '../../../contracts/inference/inference-model.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../../ports/cluster.ts'
import type { GitOps, Operation } from '../../../ports/gitops/gitops.ts'
import { hardOf, paths } from '../../gitops/gitops.ts'
import { type Desired, desiredOf } from '../planning/desired.ts'
import type { RequestRow } from './store.ts'

type Outcome = { applied: true } | { applied: false; problem: { message: string; remedy: string } | null }

const Quota = z.object({
  spec: z.object({ hard: z.record(z.string(), z.string()).default({}) }),
  status: z.object({ hard: z.record(z.string(), z.string()).default({}) }).default({ hard: {} }),
})

const Leaving = z.object({
  metadata: z.object({ deletionTimestamp: z.string() }),
  status: z.object({
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') }))
      .default([]),
  }),
})

export async function appliedYet(row: RequestRow, cluster: Cluster, gitops: GitOps): Promise<Outcome> {
  const desired = desiredOf(row)
  const held =
    row.model === null
      ? await namespaceHolds(cluster, row.namespace, desired)
      : await modelHolds(cluster, row.namespace, row.model, desired)
  if (held.applied || held.problem) return held
  return { applied: false, problem: await whatGitOpsSays(row, desired, gitops) }
}

async function namespaceHolds(cluster: Cluster, namespace: string, desired: Desired): Promise<Outcome> {
  if (desired.kind !== 'namespace') {
    const object = await cluster.get(kinds.namespace, namespace)
    return object === undefined ? { applied: true } : { applied: false, problem: whyItStays(object) }
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

/** A namespace that is being removed says itself what it waits for. */
function whyItStays(object: KubernetesObject) {
  const leaving = Leaving.safeParse(object)
  if (!leaving.success) return null
  const held = leaving.data.status.conditions.filter((each) => each.status === 'True' && each.message !== '')
  const [first] = held.sort((one, other) => weight(other.type) - weight(one.type))
  return first
    ? {
        message: `The cluster is removing the namespace and waits: ${first.message}`,
        remedy: 'Most often a program still has to let go of an object. If it stays, a platform admin looks at it.',
      }
    : null
}

/** What holds a namespace back, before what merely is still in it. */
const weight = (type: string) => ['NamespaceContentRemaining', 'NamespaceFinalizersRemaining'].indexOf(type) + 1 || 3

async function whatGitOpsSays(row: RequestRow, desired: Desired, gitops: GitOps) {
  const ofModel = row.model !== null
  const name =
    row.model === null
      ? paths.applicationOfNamespace(row.namespace)
      : paths.applicationOfModel(row.namespace, row.model)
  const application = await gitops.get(name)
  if (!application) {
    if (desired.kind === 'nothing') return null
    const problem = await gitops.discoveryProblem(ofModel ? 'models' : 'namespaces')
    return problem === null
      ? null
      : {
          message: `${gitops.title} makes nothing of the folder: ${problem}`,
          remedy: 'A platform admin looks at its ApplicationSets. Nothing is lost: it goes on from there.',
        }
  }
  const { operation, messages } = application
  const failed =
    operation && ['Failed', 'Error'].includes(operation.phase)
      ? operation.message
      : (messages.find((each) => each.type.endsWith('Error'))?.message ?? retried(operation))
  return failed
    ? {
        message: `${gitops.title} could not apply it: ${failed}`,
        remedy: `${gitops.title} tries again. If it stays, ask a platform admin to look at the Application.`,
      }
    : null
}

/** One that goes on after a failure says why it begins again. */
const retried = (operation: Operation | null) =>
  operation !== null && operation.phase === 'Running' && operation.retries > 0 ? operation.message : null
