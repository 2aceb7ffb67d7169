/** Keeps as many pods as a ReplicaSet asks for, and says so when the API server refuses one. */
import { isDeepStrictEqual } from 'node:util'
import { ApiError, isConflict, isNotFound, messageOf } from '#sandbox/kube-client/api-error.ts'
import {
  type Condition,
  controlledBy,
  controllerOf,
  keyOf,
  setCondition,
  splitKey,
} from '#sandbox/kube-client/objects.ts'
import { WorkQueue } from '#sandbox/kube-client/work-queue.ts'
import { record } from '../events.ts'
import {
  type Context,
  isPodOver,
  isPodReady,
  type Pod,
  type ReplicaSet,
  type ReplicaSetStatus,
  type Stop,
} from '../kinds.ts'

const COMPONENT = 'replicaset-controller'
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

export const runReplicaSets = async (context: Context): Promise<Stop> => {
  const { client, informers, log } = context
  const sets = await informers.of<ReplicaSet>('apps/v1', 'ReplicaSet')
  const pods = await informers.of<Pod>('v1', 'Pod')

  const createPod = async (set: ReplicaSet): Promise<void> => {
    const template = set.spec?.template
    if (!template) return
    const { labels, annotations } = template.metadata ?? {}
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${set.metadata.name}-${randomSuffix()}`,
        namespace: set.metadata.namespace ?? '',
        ownerReferences: [controlledBy(set)],
        ...(labels ? { labels } : {}),
        ...(annotations ? { annotations } : {}),
      },
      spec: template.spec,
    }
    try {
      pods.accept(await client.create(pods.type, pod))
      await record(context, COMPONENT, set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`)
    } catch (error) {
      // In a namespace that is going away there is nobody left to tell.
      if (messageOf(error).includes('because it is being terminated')) throw error
      await record(context, COMPONENT, set, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`)
      throw error
    }
  }

  const deletePod = async (set: ReplicaSet, pod: Pod): Promise<void> => {
    try {
      await client.delete(pods.type, pod.metadata.namespace, pod.metadata.name)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
    await record(context, COMPONENT, set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
  }

  const queue = new WorkQueue(
    async (key) => {
      const { namespace, name } = splitKey(key)
      const set = sets.get(namespace, name)
      if (!set || set.metadata.deletionTimestamp) return undefined
      const own = pods.in(namespace).filter((pod) => controllerOf(pod)?.uid === set.metadata.uid)
      const active = own.filter((pod) => !isPodOver(pod) && !pod.metadata.deletionTimestamp)
      const wanted = set.spec?.replicas ?? 1
      let failure: unknown
      try {
        for (let missing = wanted - active.length; missing > 0; missing -= 1) await createPod(set)
        for (const pod of active.toSorted(leastUsefulFirst).slice(0, Math.max(0, active.length - wanted)))
          await deletePod(set, pod)
      } catch (error) {
        failure = error
      }
      await report(set, active, failure)
      // A refusal repeats until something gives: quota freed, admission changed. The queue's growing pauses apply.
      if (failure) throw failure
      return undefined
    },
    { log: () => undefined, maxBackoffMilliseconds: 15_000 },
  )

  const report = async (set: ReplicaSet, active: readonly Pod[], failure: unknown): Promise<void> => {
    const ready = active.filter(isPodReady)
    let conditions: Condition[] | undefined = set.status?.conditions
    if (failure) {
      const reason = failure instanceof ApiError ? 'FailedCreate' : 'FailedDelete'
      conditions = setCondition(conditions, {
        type: 'ReplicaFailure',
        status: 'True',
        reason,
        message: messageOf(failure),
      })
    } else conditions = conditions?.filter((condition) => condition.type !== 'ReplicaFailure')
    const status: ReplicaSetStatus = {
      replicas: active.length,
      fullyLabeledReplicas: active.length,
      readyReplicas: ready.length,
      availableReplicas: ready.length,
      observedGeneration: set.metadata.generation ?? 0,
      ...(conditions && conditions.length > 0 ? { conditions } : {}),
    }
    if (isDeepStrictEqual({ ...emptyStatus, ...set.status }, { ...emptyStatus, ...status })) return
    try {
      sets.accept(await client.replace(sets.type, { ...set, status }, 'status'))
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) log(messageOf(error))
      queue.addAfter(keyOf(set), 50)
    }
  }

  sets.onChange((change, set) => {
    if (change !== 'deleted') queue.add(keyOf(set))
  })
  pods.onChange((_, pod) => {
    const owner = controllerOf(pod)
    if (owner?.kind === 'ReplicaSet') queue.add(`${pod.metadata.namespace}/${owner.name}`)
  })
  return () => queue.stop()
}

const emptyStatus: ReplicaSetStatus = { readyReplicas: 0, availableReplicas: 0, fullyLabeledReplicas: 0 }

const leastUsefulFirst = (a: Pod, b: Pod): number =>
  Number(Boolean(a.spec?.nodeName)) - Number(Boolean(b.spec?.nodeName)) ||
  Number(isPodReady(a)) - Number(isPodReady(b)) ||
  (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '')

const randomSuffix = (): string =>
  Array.from({ length: 5 }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join('')
