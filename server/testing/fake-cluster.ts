/** A cluster in memory, as far as the cluster port goes; objects get a resource version and a generation as they would. */
import { failure, IntegrationError } from '../errors.ts'
import type { Cluster, KindRef, KubernetesObject, WatchEvent } from '../ports/cluster.ts'
import type { Clusters } from '../ports/clusters.ts'

type Watcher = {
  kind: string
  namespace?: string
  labelSelector?: string
  tell: (type: 'changed' | 'deleted', object: KubernetesObject) => void
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

export function createFakeCluster(name = 'fake'): FakeCluster {
  const objects = new Map<string, KubernetesObject>()
  const watchers = new Set<Watcher>()
  let version = 0
  let isDown = false

  const keyOf = (kind: string, objectName: string, namespace = '') => `${kind}/${namespace}/${objectName}`
  const up = () => {
    if (isDown)
      throw new IntegrationError('cluster', {
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
    tell('changed', stored)
    return stored
  }

  function tell(type: 'changed' | 'deleted', object: KubernetesObject) {
    for (const watcher of watchers) {
      const here = watcher.namespace === undefined || watcher.namespace === object.metadata.namespace
      if (watcher.kind === object.kind && here && matches(object, watcher.labelSelector)) watcher.tell(type, object)
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
    },
    async get(kind, objectName, namespace) {
      up()
      return objects.get(keyOf(kind.kind, objectName, namespace))
    },
    async list(kind, { namespace, labelSelector } = {}) {
      up()
      return select(kind, namespace, labelSelector)
    },
    async apply(object, { dryRun = false } = {}) {
      up()
      const { namespace } = object.metadata
      if (namespace !== undefined && !objects.has(keyOf('Namespace', namespace))) {
        throw failure(
          'integration_unavailable',
          `The cluster ${name} refused: namespaces "${namespace}" not found`,
          'Create the namespace first.',
        )
      }
      return dryRun ? object : put(object)
    },
    async watch<Item>(
      kind: KindRef,
      options: Parameters<Cluster['watch']>[1] & {
        project: (object: KubernetesObject) => Item
        onEvent: (event: WatchEvent<Item>) => void
      },
    ) {
      options.onEvent({
        type: 'synced',
        items: select(kind, options.namespace, options.labelSelector).map(options.project),
      })
      const watcher: Watcher = {
        kind: kind.kind,
        namespace: options.namespace,
        labelSelector: options.labelSelector,
        tell: (type, object) => options.onEvent({ type, item: options.project(object) }),
      }
      watchers.add(watcher)
      await new Promise<void>((resolve) => {
        options.signal.addEventListener('abort', () => resolve(), { once: true })
      })
      watchers.delete(watcher)
    },
    async logs() {
      up()
      return ''
    },
    async canI() {
      up()
      return true
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
