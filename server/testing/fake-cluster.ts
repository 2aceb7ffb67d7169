/** A cluster in memory, as far as the cluster port goes; objects get a resource version and a generation as they would. */
import { IntegrationError } from '../errors.ts'
import type { Cluster, KindRef, KubernetesObject, WatchEvent } from '../ports/cluster.ts'
import type { Clusters } from '../ports/clusters.ts'
import { applyOver, type Fields, fieldsOf } from './fake-apply.ts'

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
  const watchers = new Set<Watcher>()
  let version = 0
  let isDown = false

  const keyOf = (kind: string, objectName: string, namespace = '') => `${kind}/${namespace}/${objectName}`
  const fault = (detail: string) => new IntegrationError('cluster', { detail, remedy: 'Wait a moment.' })
  const refused = (why: string) => fault(`The cluster ${name} refused: ${why}`)
  const up = () => {
    if (isDown) throw fault(`The cluster ${name} does not answer.`)
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
      if (namespace !== undefined && !objects.has(keyOf('Namespace', namespace)))
        throw refused(`namespaces "${namespace}" not found`)
      const key = keyOf(object.kind, object.metadata.name, namespace)
      const { applied, conflicts } = applyOver(objects.get(key), appliedByUs.get(key), object)
      if (conflicts.length > 0 && !force)
        throw refused(`Apply failed with ${conflicts.length} conflict: ${conflicts.join(', ')}`)
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
          options.onEvent({ type: 'synced', items })
        }
      }
      lookAgain()
      const watcher: Watcher = {
        kind: kind.kind,
        namespace: options.namespace,
        labelSelector: options.labelSelector,
        tell: (type, object) => options.onEvent({ type, item: options.project(object) }),
        lookAgain,
      }
      watchers.add(watcher)
      await new Promise<void>((resolve) => {
        options.signal.addEventListener('abort', () => resolve(), { once: true })
      })
      watchers.delete(watcher)
    },
    async logs(namespace, pod) {
      up()
      if (!objects.has(keyOf('Pod', pod, namespace))) throw refused(`pods "${pod}" not found`)
      return ''
    },
    async canI(verb) {
      up()
      return mayDo(verb)
    },
    async annotate(kind, objectName, namespace, annotations) {
      up()
      const object = objects.get(keyOf(kind.kind, objectName, namespace))
      if (!object) return
      const merged = Object.entries({ ...object.metadata.annotations, ...annotations }).flatMap(([key, value]) =>
        value === null ? [] : [[key, value]],
      )
      put({ ...object, metadata: { ...object.metadata, annotations: Object.fromEntries(merged) } })
    },
    async probe() {
      up()
      return { version: 'fake' }
    },
  }
}

export const fakeClusters = (cluster: Cluster): Clusters => ({
  of: () => cluster,
  all: [cluster],
  gitops: { cluster, namespace: 'argocd' },
})
