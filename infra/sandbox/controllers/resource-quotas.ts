/** Keeps `status.hard` and `status.used` of every quota; admission refuses by what stands there. */
import { isDeepStrictEqual } from 'node:util'
import { inScope, usageOf } from '#sandbox/cluster/admission/quota.ts'
import { isKubeObject, type KubeObject as JsonKubeObject } from '#sandbox/cluster/json.ts'
import { add, formatQuantity, type Quantity } from '#sandbox/cluster/rules/quantity.ts'
import { isConflict, isNotFound } from '#sandbox/kube-client/api-error.ts'
import type { ResourceType } from '#sandbox/kube-client/discovery.ts'
import type { Change } from '#sandbox/kube-client/informer.ts'
import { type KubeObject, keyOf, splitKey } from '#sandbox/kube-client/objects.ts'
import { WorkQueue } from '#sandbox/kube-client/work-queue.ts'
import type { Context, ResourceQuota, Stop } from './kinds.ts'

/** An informer of any kind, seen as far as counting goes. */
type Source = {
  type: ResourceType
  in(namespace: string): KubeObject[]
  onChange(listener: (change: Change, object: KubeObject) => void): void
}

const counted = [
  ...['v1/Pod', 'v1/Service', 'v1/Secret', 'v1/ConfigMap', 'v1/PersistentVolumeClaim', 'v1/ReplicationController'],
  ...['apps/v1/Deployment', 'apps/v1/ReplicaSet', 'apps/v1/StatefulSet', 'apps/v1/DaemonSet', 'batch/v1/Job'],
  ...['batch/v1/CronJob', 'networking.k8s.io/v1/Ingress', 'autoscaling/v2/HorizontalPodAutoscaler'],
]

export const runResourceQuotas = async (context: Context): Promise<Stop> => {
  const { client, informers, log } = context
  const quotas = await informers.of<ResourceQuota>('v1', 'ResourceQuota')
  const sources: Source[] = [quotas]
  for (const name of counted) {
    const slash = name.lastIndexOf('/')
    const [apiVersion, kind] = [name.slice(0, slash), name.slice(slash + 1)]
    if (await client.discovery.find(apiVersion, kind)) sources.push(await informers.of(apiVersion, kind))
  }
  const queue = new WorkQueue(
    async (key) => {
      const { namespace, name } = splitKey(key)
      const quota = quotas.get(namespace, name)
      if (!quota || quota.metadata.deletionTimestamp) return undefined
      const hard = quota.spec?.hard ?? {}
      const status = { hard, used: usedBy(quota, sources, namespace) }
      if (isDeepStrictEqual(quota.status, status)) return undefined
      // A replacement, not a patch: an answer by admission in between makes it start over with fresh counts.
      try {
        quotas.accept(await client.replace(quotas.type, { ...quota, status }, 'status'))
      } catch (error) {
        if (!isConflict(error) && !isNotFound(error)) throw error
        return 20
      }
      return undefined
    },
    { log },
  )
  quotas.onChange((change, quota) => {
    if (change !== 'deleted') queue.add(keyOf(quota))
  })
  for (const source of sources) {
    source.onChange((change, object) => {
      if (change === 'modified' && object.kind !== 'Pod' && object.kind !== 'Service') return
      for (const quota of quotas.in(object.metadata.namespace ?? '')) queue.add(keyOf(quota))
    })
  }
  return () => queue.stop()
}

const usedBy = (quota: ResourceQuota, sources: readonly Source[], namespace: string): Record<string, string> => {
  const names = Object.keys(quota.spec?.hard ?? {})
  const used = new Map<string, Quantity>(names.map((name) => [name, { nano: 0n, form: 'decimal' }]))
  const include = ({ group, kind, plural }: ResourceType, object: KubeObject) => {
    const counted = { group, kind, plural, storage: `${group}/${plural}` }
    if (!inScope(asJson(quota), counted, asJson(object))) return
    for (const [name, amount] of usageOf(counted, asJson(object))) {
      const before = used.get(name)
      if (before) used.set(name, add(before, amount))
    }
  }
  for (const source of sources) for (const object of source.in(namespace)) include(source.type, object)
  return Object.fromEntries([...used].map(([name, amount]) => [name, formatQuantity(amount)]))
}

/** What the API server sent was JSON, and what it counts is an object of its own. */
const asJson = (object: unknown): JsonKubeObject => {
  if (!isKubeObject(object)) throw new Error('what the API server sent is not an object of Kubernetes')
  return object
}
