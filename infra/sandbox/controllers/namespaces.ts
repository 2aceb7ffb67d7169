/** Gives namespaces their default account, and empties those that are to go before it lets them. */
import { isConflict, isNotFound } from '#sandbox/kube-client/api-error.ts'
import { pathOf } from '#sandbox/kube-client/discovery.ts'
import { type Condition, type KubeObject, setCondition } from '#sandbox/kube-client/objects.ts'
import { WorkQueue } from '#sandbox/kube-client/work-queue.ts'
import type { Context, Namespace, Stop } from './kinds.ts'

const RECHECK_MILLISECONDS = 500

export const runNamespaces = async (context: Context): Promise<Stop> => {
  const { client, informers, log } = context
  const namespaces = await informers.of<Namespace>('v1', 'Namespace')
  const accounts = await informers.of('v1', 'ServiceAccount')
  const queue = new WorkQueue(
    async (name) => {
      const namespace = namespaces.get(undefined, name)
      if (!namespace) return undefined
      if (namespace.metadata.deletionTimestamp) return empty(context, namespace)
      if (accounts.get(name, 'default')) return undefined
      const account: KubeObject = {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace: name },
      }
      await client.create(accounts.type, account).catch((error: unknown) => {
        if (!isConflict(error)) throw error
      })
      return undefined
    },
    { log, maxBackoffMilliseconds: 2000 },
  )
  namespaces.onChange((change, namespace) => {
    if (change !== 'deleted') queue.add(namespace.metadata.name)
  })
  accounts.onChange((change, account) => {
    if (change === 'deleted' && account.metadata.namespace) queue.add(account.metadata.namespace)
  })
  return () => queue.stop()
}

type Remains = { resource: string; count: number; finalizers: string[] }

const empty = async ({ client }: Context, namespace: Namespace): Promise<number | undefined> => {
  const { name } = namespace.metadata
  if (!namespace.spec?.finalizers?.includes('kubernetes')) return undefined
  const remains: Remains[] = []
  for (const type of (await client.discovery.all()).filter((each) => each.namespaced)) {
    const objects = await client.list(type, name).catch((error: unknown) => {
      if (isNotFound(error)) return []
      throw error
    })
    for (const object of objects.filter((each) => !each.metadata.deletionTimestamp)) {
      await client.delete(type, name, object.metadata.name).catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      })
    }
    if (objects.length === 0) continue
    const resource = `${type.plural}.${type.group}`
    remains.push({
      resource,
      count: objects.length,
      finalizers: objects.flatMap((each) => each.metadata.finalizers ?? []),
    })
  }
  const type = await client.discovery.require('v1', 'Namespace')
  if (remains.length > 0) {
    const conditions = remainingConditions(namespace.status?.conditions, remains)
    await client.merge(type, undefined, name, { status: { phase: 'Terminating', conditions } }, 'status')
    return RECHECK_MILLISECONDS
  }
  const finalizers = namespace.spec.finalizers.filter((each) => each !== 'kubernetes')
  await client
    .send('PUT', `${pathOf(type, undefined, name)}/finalize`, {
      body: { ...namespace, spec: { ...namespace.spec, finalizers } },
    })
    .catch((error: unknown) => {
      if (!isNotFound(error)) throw error
    })
  return undefined
}

/** What Kubernetes says of a namespace that does not go away: five conditions, two of which tell what is left. */
const remainingConditions = (before: Condition[] | undefined, remains: readonly Remains[]): Condition[] => {
  const what = remains.map(({ resource, count }) => `${resource} has ${count} resource instances`).join(', ')
  const counts = new Map<string, number>()
  for (const finalizer of remains.flatMap((each) => each.finalizers)) {
    counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1)
  }
  const holders = [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).join(', ')
  const said: [string, boolean, string, string][] = [
    ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    [
      'NamespaceDeletionContentFailure',
      false,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    ['NamespaceContentRemaining', true, 'SomeResourcesRemain', `Some resources are remaining: ${what}`],
    holders
      ? [
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${holders}`,
        ]
      : ['NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
  ]
  let conditions: Condition[] = before ?? []
  for (const [type, is, reason, message] of said) {
    conditions = setCondition(conditions, { type, status: is ? 'True' : 'False', reason, message })
  }
  return conditions
}
