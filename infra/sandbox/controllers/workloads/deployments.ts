/** Rolls a Deployment from one ReplicaSet to the next without going below or above what its strategy allows. */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { isConflict, isNotFound } from '#sandbox/kube-client/api-error.ts'
import {
  type Condition,
  controlledBy,
  controllerOf,
  keyOf,
  setCondition,
  splitKey,
  timestamp,
} from '#sandbox/kube-client/objects.ts'
import { WorkQueue } from '#sandbox/kube-client/work-queue.ts'
import { record } from '../events.ts'
import type { Context, Deployment, ReplicaSet, Stop } from '../kinds.ts'

const COMPONENT = 'deployment-controller'
const REVISION = 'deployment.kubernetes.io/revision'
const HASH = 'pod-template-hash'

export const runDeployments = async (context: Context): Promise<Stop> => {
  const { client, informers, log } = context
  const deployments = await informers.of<Deployment>('apps/v1', 'Deployment')
  const sets = await informers.of<ReplicaSet>('apps/v1', 'ReplicaSet')

  const scale = async (deployment: Deployment, set: ReplicaSet, replicas: number): Promise<void> => {
    const before = set.spec?.replicas ?? 1
    if (before === replicas) return
    const { namespace, name } = set.metadata
    sets.accept(await client.merge(sets.type, namespace, name, { spec: { replicas } }))
    const message = `Scaled ${replicas > before ? 'up' : 'down'} replica set ${name} from ${before} to ${replicas}`
    await record(context, COMPONENT, deployment, 'Normal', 'ScalingReplicaSet', message)
  }

  const createSet = async (deployment: Deployment, hash: string, revision: number): Promise<ReplicaSet> => {
    const { spec } = deployment
    if (!spec) throw new Error('a Deployment without a spec')
    const labels = { ...spec.template.metadata?.labels, [HASH]: hash }
    const selector = { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [HASH]: hash } }
    const set: ReplicaSet = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        namespace: deployment.metadata.namespace ?? '',
        labels,
        annotations: { [REVISION]: String(revision) },
        ownerReferences: [controlledBy(deployment)],
      },
      spec: {
        replicas: 0,
        selector,
        template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
        ...(spec.minReadySeconds ? { minReadySeconds: spec.minReadySeconds } : {}),
      },
    }
    const created = await client.create(sets.type, set)
    sets.accept(created)
    return created
  }

  const roll = async (deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): Promise<void> => {
    const wanted = deployment.spec?.replicas ?? 1
    const recreate = deployment.spec?.strategy?.type === 'Recreate'
    const rolling = deployment.spec?.strategy?.rollingUpdate ?? {}
    const surge = recreate ? 0 : share(rolling.maxSurge ?? '25%', wanted, Math.ceil)
    const allowedDown = share(rolling.maxUnavailable ?? '25%', wanted, Math.floor)
    const unavailable = recreate ? wanted : surge === 0 && allowedDown === 0 ? 1 : allowedDown
    const asked = (set: ReplicaSet) => set.spec?.replicas ?? 0
    const oldTotal = old.reduce((sum, set) => sum + asked(set), 0)
    const oldAlive = old.reduce((sum, set) => sum + (set.status?.replicas ?? 0), 0)
    if (!(recreate && oldAlive > 0)) {
      const room = wanted + surge - oldTotal
      if (asked(current) < wanted) await scale(deployment, current, Math.max(asked(current), Math.min(wanted, room)))
      else await scale(deployment, current, wanted)
    }
    const available = [current, ...old].reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0)
    const settled = (set: ReplicaSet) => (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0)
    // Counted only when each set has said how it is after the last change, else one pod would be given away twice.
    let spare = [current, ...old].every(settled) || recreate ? available - (wanted - unavailable) : 0
    for (const set of old.toSorted((a, b) => revisionOf(a) - revisionOf(b))) {
      const sick = Math.max(0, asked(set) - (set.status?.availableReplicas ?? 0))
      const down = recreate ? asked(set) : Math.min(asked(set), settled(set) ? sick + Math.max(0, spare) : 0)
      if (down > 0) {
        await scale(deployment, set, asked(set) - down)
        spare -= Math.max(0, down - sick)
      }
    }
  }

  const trim = async (deployment: Deployment, old: readonly ReplicaSet[]): Promise<void> => {
    const idle = old.filter(
      (set) => set.spec?.replicas === 0 && !set.status?.replicas && !set.metadata.deletionTimestamp,
    )
    const excess = idle.length - (deployment.spec?.revisionHistoryLimit ?? 10)
    for (const set of idle.toSorted((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(0, excess))) {
      await client.delete(sets.type, set.metadata.namespace, set.metadata.name)
    }
  }

  const queue = new WorkQueue(
    async (key) => {
      const { namespace, name } = splitKey(key)
      const deployment = deployments.get(namespace, name)
      if (!deployment?.spec || deployment.metadata.deletionTimestamp) return undefined
      const own = sets.in(namespace).filter((set) => controllerOf(set)?.uid === deployment.metadata.uid)
      const hash = templateHash(deployment)
      let current = own.find((set) => set.metadata.labels?.[HASH] === hash)
      const old = own.filter((set) => set !== current)
      const newest = Math.max(0, ...old.map(revisionOf))
      if (!deployment.spec.paused) {
        current ??= await createSet(deployment, hash, newest + 1)
        const revision = Math.max(revisionOf(current), newest + (revisionOf(current) > newest ? 0 : 1))
        await noteRevision(deployment, current, revision)
        await roll(deployment, current, old)
        await trim(deployment, old)
      }
      const fresh = sets.in(namespace).filter((set) => controllerOf(set)?.uid === deployment.metadata.uid)
      return report(deployments.get(namespace, name) ?? deployment, fresh, hash)
    },
    { log, maxBackoffMilliseconds: 5000 },
  )

  const noteRevision = async (deployment: Deployment, set: ReplicaSet, revision: number): Promise<void> => {
    const annotations = { [REVISION]: String(revision) }
    const { namespace } = deployment.metadata
    if (revisionOf(set) !== revision)
      sets.accept(await client.merge(sets.type, namespace, set.metadata.name, { metadata: { annotations } }))
    if (deployment.metadata.annotations?.[REVISION] !== String(revision)) {
      deployments.accept(
        await client.merge(deployments.type, namespace, deployment.metadata.name, { metadata: { annotations } }),
      )
    }
  }

  const report = async (
    deployment: Deployment,
    own: readonly ReplicaSet[],
    hash: string,
  ): Promise<number | undefined> => {
    const status = statusOf(deployment, own, hash)
    if (isDeepStrictEqual(comparable(deployment.status), comparable(status))) return recheck(status)
    try {
      deployments.accept(await client.replace(deployments.type, { ...deployment, status }, 'status'))
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error
      return 50
    }
    return recheck(status)
  }

  deployments.onChange((change, deployment) => {
    if (change !== 'deleted') queue.add(keyOf(deployment))
  })
  sets.onChange((_, set) => {
    const owner = controllerOf(set)
    if (owner?.kind === 'Deployment') queue.add(`${set.metadata.namespace}/${owner.name}`)
  })
  return () => queue.stop()
}

const revisionOf = (set: ReplicaSet): number => Number(set.metadata.annotations?.[REVISION] ?? 0)

const share = (value: number | string, of: number, round: (value: number) => number): number =>
  typeof value === 'number' ? value : round((Number.parseFloat(value) / 100) * of)

const templateHash = (deployment: Deployment): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(deployment.spec?.template)))
    .digest('hex')
    .slice(0, 10)

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  )
}

const statusOf = (
  deployment: Deployment,
  own: readonly ReplicaSet[],
  hash: string,
): NonNullable<Deployment['status']> => {
  const sum = (sets: readonly ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'availableReplicas') =>
    sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0)
  const current = own.filter((set) => set.metadata.labels?.[HASH] === hash)
  const wanted = deployment.spec?.replicas ?? 1
  const available = sum(own, 'availableReplicas')
  const updated = sum(current, 'replicas')
  const rolling = deployment.spec?.strategy?.rollingUpdate ?? {}
  const minimum = wanted - share(rolling.maxUnavailable ?? '25%', wanted, Math.floor)
  const enough = available >= minimum
  const complete = updated === wanted && available >= wanted && sum(own, 'replicas') === wanted
  let conditions: Condition[] | undefined = deployment.status?.conditions
  const before = conditions?.find((condition) => condition.type === 'Progressing')
  const moved = sum(current, 'availableReplicas') > 0 || updated !== (deployment.status?.updatedReplicas ?? 0)
  const name = current[0]?.metadata.name ?? deployment.metadata.name
  const deadline = (deployment.spec?.progressDeadlineSeconds ?? 600) * 1000
  const lastMove = Date.parse(before?.lastUpdateTime ?? deployment.metadata.creationTimestamp ?? '')
  const late = !complete && !deployment.spec?.paused && Date.now() - lastMove > deadline
  const progress = complete
    ? { status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${name}" has successfully progressed.` }
    : late
      ? {
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
          message: `ReplicaSet "${name}" has timed out progressing.`,
        }
      : { status: 'True', reason: 'ReplicaSetUpdated', message: `ReplicaSet "${name}" is progressing.` }
  const sameAsBefore = before?.reason === progress.reason && before.message === progress.message
  const lastUpdateTime = sameAsBefore && !(moved && !complete) ? before.lastUpdateTime : timestamp()
  conditions = setCondition(conditions, {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: `Deployment ${enough ? 'has' : 'does not have'} minimum availability.`,
  })
  conditions = setCondition(conditions, {
    type: 'Progressing',
    ...progress,
    ...(lastUpdateTime ? { lastUpdateTime } : {}),
  })
  const failure = current.flatMap((set) => set.status?.conditions ?? []).find((each) => each.type === 'ReplicaFailure')
  conditions = failure
    ? setCondition(conditions, {
        type: 'ReplicaFailure',
        status: failure.status,
        reason: failure.reason ?? '',
        message: failure.message ?? '',
      })
    : conditions.filter((condition) => condition.type !== 'ReplicaFailure')
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum(own, 'replicas'),
    updatedReplicas: updated,
    readyReplicas: sum(own, 'readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
    conditions,
  }
}

/** Times move on by themselves; a status is worth writing when something else has. */
const comparable = (status: Deployment['status']): unknown => ({
  ...{ replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0, unavailableReplicas: 0 },
  ...status,
  conditions: (status?.conditions ?? []).map(({ type, status: state, reason, message }) => ({
    type,
    state,
    reason,
    message,
  })),
})

/** A rollout that stands still is looked at again, so that its deadline is noticed. */
const recheck = (status: NonNullable<Deployment['status']>): number | undefined =>
  status.conditions?.some((condition) => condition.reason === 'ReplicaSetUpdated') ? 5000 : undefined
