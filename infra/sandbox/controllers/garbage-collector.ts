/** Removes what has lost its owner, and holds an owner that is deleted in the foreground until what it owns is gone. */
import { isNotFound } from '#sandbox/kube-client/api-error.ts'
import { Informer } from '#sandbox/kube-client/informer.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import { WorkQueue } from '#sandbox/kube-client/work-queue.ts'
import type { Context, Stop } from './kinds.ts'

const REDISCOVER_MILLISECONDS = 3000
/** Written all the time, owned by nothing that is ever deleted. */
const skipped = new Set([
  '/Event',
  'events.k8s.io/Event',
  'coordination.k8s.io/Lease',
  'metrics.k8s.io/PodMetrics',
  'metrics.k8s.io/NodeMetrics',
])

export const runGarbageCollector = async ({ client, log }: Context): Promise<Stop> => {
  const informers = new Map<string, Informer>()
  const byUid = new Map<string, { informer: Informer; object: KubeObject }>()
  const dependents = new Map<string, Set<string>>()

  const remember = (informer: Informer, object: KubeObject, before: KubeObject | undefined): void => {
    const uid = object.metadata.uid ?? ''
    byUid.set(uid, { informer, object })
    for (const owner of before?.metadata.ownerReferences ?? []) dependents.get(owner.uid)?.delete(uid)
    for (const owner of object.metadata.ownerReferences ?? []) {
      const known = dependents.get(owner.uid) ?? new Set()
      dependents.set(owner.uid, known.add(uid))
    }
    queue.add(uid)
  }

  const forget = (object: KubeObject): void => {
    const uid = object.metadata.uid ?? ''
    byUid.delete(uid)
    for (const owner of object.metadata.ownerReferences ?? []) {
      dependents.get(owner.uid)?.delete(uid)
      queue.add(owner.uid)
    }
    for (const dependent of dependents.get(uid) ?? []) queue.add(dependent)
  }

  const ownerIsGone = async (object: KubeObject): Promise<boolean> => {
    for (const owner of object.metadata.ownerReferences ?? []) {
      if (byUid.has(owner.uid)) return false
      // The cache may lag behind: only the API server knows that something does not exist.
      const type = await client.discovery.find(owner.apiVersion, owner.kind)
      if (!type) return false
      const live = await client
        .get(type, type.namespaced ? object.metadata.namespace : undefined, owner.name)
        .catch((error: unknown) => {
          if (isNotFound(error)) return undefined
          throw error
        })
      if (live?.metadata.uid === owner.uid) return false
    }
    return (object.metadata.ownerReferences?.length ?? 0) > 0
  }

  const remove = async (
    { informer, object }: { informer: Informer; object: KubeObject },
    foreground: boolean,
  ): Promise<void> => {
    const { namespace, name, uid } = object.metadata
    const propagation = foreground ? 'Foreground' : 'Background'
    await client
      .delete(informer.type, namespace, name, { propagation, ...(uid ? { uid } : {}) })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      })
  }

  const dropFinalizer = async (
    { informer, object }: { informer: Informer; object: KubeObject },
    finalizer: string,
  ): Promise<void> => {
    const { namespace, name, resourceVersion } = object.metadata
    const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer)
    await client
      .merge(informer.type, namespace, name, { metadata: { finalizers, resourceVersion } })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      })
  }

  const queue = new WorkQueue(
    async (uid) => {
      const known = byUid.get(uid)
      if (!known) return undefined
      const { metadata } = known.object
      const owned = [...(dependents.get(uid) ?? [])].flatMap((each) => byUid.get(each) ?? [])
      if (metadata.deletionTimestamp) {
        if (metadata.finalizers?.includes('foregroundDeletion')) {
          const blocking = owned.filter(({ object }) =>
            object.metadata.ownerReferences?.some((ref) => ref.uid === uid && ref.blockOwnerDeletion),
          )
          for (const each of owned) if (!each.object.metadata.deletionTimestamp) await remove(each, true)
          if (blocking.length === 0) await dropFinalizer(known, 'foregroundDeletion')
        }
        if (metadata.finalizers?.includes('orphan')) {
          for (const { informer, object } of owned) {
            const ownerReferences = object.metadata.ownerReferences?.filter((ref) => ref.uid !== uid)
            await client.merge(informer.type, object.metadata.namespace, object.metadata.name, {
              metadata: { ownerReferences },
            })
          }
          await dropFinalizer(known, 'orphan')
        }
        return undefined
      }
      if (await ownerIsGone(known.object)) await remove(known, false)
      return undefined
    },
    { log, concurrency: 8, maxBackoffMilliseconds: 3000 },
  )

  const discover = async (): Promise<void> => {
    for (const type of await client.discovery.all()) {
      const key = `${type.group}/${type.kind}`
      if (informers.has(key) || skipped.has(key)) continue
      const informer = new Informer(client, type)
      informers.set(key, informer)
      informer.onChange((change, object, before) =>
        change === 'deleted' ? forget(object) : remember(informer, object, before),
      )
    }
  }
  await discover()
  await Promise.all([...informers.values()].map((informer) => informer.synced))
  const timer = setInterval(
    () => discover().catch((error: unknown) => log(`discovery: ${error}`)),
    REDISCOVER_MILLISECONDS,
  )
  return async () => {
    clearInterval(timer)
    for (const informer of informers.values()) informer.stop()
    await queue.stop()
  }
}
