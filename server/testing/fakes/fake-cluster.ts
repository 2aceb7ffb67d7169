/** A cluster in memory, as far as the cluster port goes; objects get a resource version and a generation as they would. */
import { environments } from '../../contracts/names.ts'
import {
  type Cluster,
  ClusterError,
  type ClusterFault,
  type KindRef,
  type KubernetesObject,
  type WatchEvent,
} from '../../ports/cluster.ts'
import type { Clusters } from '../../ports/clusters.ts'
import { applyOver, type Fields, fieldsOf, mergeInto } from './fake-apply.ts'

type Watcher = {
  kind: string
  namespace?: string
  labelSelector?: string
  tell: (type: 'changed' | 'deleted', object: KubernetesObject) => void
  lookAgain: () => void
}

export type FakeCluster = Cluster & {
  /** What a controller of the cluster would write. */
  put(object: KubernetesObject): void
  /** What a pod has written so far. */
  write(namespace: string, pod: string, lines: string[]): void
  remove(kind: KindRef, name: string, namespace?: string): void
  down(isDown: boolean): void
}

const matches = (object: KubernetesObject, selector: string | undefined) =>
  (selector ?? '')
    .split(',')
    .filter(Boolean)
    .every((part) => {
      const [name = '', value] = part.split('=')
      const actual = object.metadata.labels?.[name]
      return value === undefined ? actual !== undefined : actual === value
    })

export function createFakeCluster(name = 'fake', mayDo: (verb: string) => boolean = () => true): FakeCluster {
  const objects = new Map<string, KubernetesObject>()
  const appliedByUs = new Map<string, Fields>()
  const logs = new Map<string, string[]>()
  const watchers = new Set<Watcher>()
  let version = 0
  let isDown = false

  const keyOf = (kind: string, objectName: string, namespace = '') => `${kind}/${namespace}/${objectName}`
  const refused = (fault: ClusterFault, why: string) =>
    new ClusterError(fault, { detail: `The cluster ${name} refused: ${why}`, remedy: 'Wait a moment.' })
  const missing = (plural: string, objectName: string) => refused('not_found', `${plural} "${objectName}" not found`)
  const up = () => {
    if (isDown)
      throw new ClusterError('unreachable', {
        detail: `The cluster ${name} does not answer.`,
        remedy: 'Wait a moment.',
      })
  }
  const select = (kind: KindRef, namespace?: string, labelSelector?: string) =>
    [...objects.values()].filter(
      (object) =>
        object.kind === kind.kind &&
        (namespace === undefined || object.metadata.namespace === namespace) &&
        matches(object, labelSelector),
    )

  function put(object: KubernetesObject): KubernetesObject {
    const key = keyOf(object.kind, object.metadata.name, object.metadata.namespace)
    const before = objects.get(key)
    version += 1
    const changed = JSON.stringify(before?.spec) !== JSON.stringify(object.spec)
    const stored = {
      ...object,
      metadata: {
        ...object.metadata,
        resourceVersion: String(version),
        generation: (before?.metadata.generation ?? 0) + (changed ? 1 : 0),
      },
    }
    objects.set(key, stored)
    tell('changed', stored, before)
    return stored
  }

  function tell(type: 'changed' | 'deleted', object: KubernetesObject, before?: KubernetesObject) {
    for (const watcher of watchers) {
      const here = watcher.namespace === undefined || watcher.namespace === object.metadata.namespace
      if (watcher.kind !== object.kind || !here) continue
      if (matches(object, watcher.labelSelector)) watcher.tell(type, object)
      else if (before && matches(before, watcher.labelSelector)) watcher.tell('deleted', object)
    }
  }

  return {
    name,
    put,
    write: (namespace, pod, lines) => logs.set(keyOf('Pod', pod, namespace), lines),
    remove(kind, objectName, namespace) {
      const key = keyOf(kind.kind, objectName, namespace)
      const object = objects.get(key)
      objects.delete(key)
      if (object) tell('deleted', object)
    },
    down(value) {
      isDown = value
      for (const watcher of watchers) watcher.lookAgain()
    },
    async get(kind, objectName, namespace) {
      up()
      return objects.get(keyOf(kind.kind, objectName, namespace))
    },
    async list(kind, { namespace, labelSelector } = {}) {
      up()
      return select(kind, namespace, labelSelector)
    },
    async apply(object, { dryRun = false, force = false } = {}) {
      up()
      const { namespace } = object.metadata
      if (namespace !== undefined && !objects.has(keyOf('Namespace', namespace))) throw missing('namespaces', namespace)
      const key = keyOf(object.kind, object.metadata.name, namespace)
      const { applied, conflicts } = applyOver(objects.get(key), appliedByUs.get(key), object)
      if (conflicts.length > 0 && !force)
        throw refused('conflict', `Apply failed with ${conflicts.length} conflict: ${conflicts.join(', ')}`)
      if (dryRun) return applied
      appliedByUs.set(key, fieldsOf(object))
      return put(applied)
    },
    async watch<Item>(
      kind: KindRef,
      options: Parameters<Cluster['watch']>[1] & {
        project: (object: KubernetesObject) => Item
        onEvent: (event: WatchEvent<Item>) => void
      },
    ) {
      const lookAgain = () => {
        if (isDown) options.onEvent({ type: 'problem', message: `The cluster ${name} does not answer.` })
        else {
          const items = select(kind, options.namespace, options.labelSelector).map(options.project)
          options.onSign?.('listed')
          options.onEvent({ type: 'synced', items })
        }
      }
      lookAgain()
      const watcher: Watcher = {
        kind: kind.kind,
        namespace: options.namespace,
        labelSelector: options.labelSelector,
        tell: (type, object) => {
          options.onSign?.('event')
          options.onEvent({ type, item: options.project(object) })
        },
        lookAgain,
      }
      watchers.add(watcher)
      await new Promise<void>((resolve) => {
        options.signal.addEventListener('abort', () => resolve(), { once: true })
      })
      watchers.delete(watcher)
    },
    async logs(namespace, pod, options = {}) {
      up()
      if (!objects.has(keyOf('Pod', pod, namespace))) throw missing('pods', pod)
      const lines = logs.get(keyOf('Pod', pod, namespace)) ?? []
      const text = lines.slice(options.tailLines === undefined ? 0 : -options.tailLines).join('')
      return text.slice(0, options.limitBytes)
    },
    async canI(verb) {
      up()
      return mayDo(verb)
    },
    async patch(kind, objectName, namespace, change) {
      up()
      const object = objects.get(keyOf(kind.kind, objectName, namespace))
      if (!object) throw missing(kind.plural, objectName)
      const merged = mergeInto(object, change)
      if (merged.metadata.resourceVersion !== object.metadata.resourceVersion)
        throw refused('conflict', `Operation cannot be fulfilled on ${kind.plural} "${objectName}"`)
      return put(merged)
    },
    async probe() {
      up()
      return { version: 'fake', address: `https://${name}.example` }
    },
  }
}

export const fakeClusters = (cluster: Cluster): Clusters => ({
  of: () => cluster,
  all: [cluster],
  environmentsOf: () => environments,
  gitops: { cluster, namespace: 'argocd' },
})
