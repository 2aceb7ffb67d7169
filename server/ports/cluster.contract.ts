/** What every cluster must do; run on the fake, on the sandbox and on a real control plane. */
import { randomUUID } from 'node:crypto'
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { type Cluster, type KindRef, type KubernetesObject, kinds, type WatchEvent, type WatchSign } from './cluster.ts'

export type ClusterUnderTest = {
  cluster: Cluster
  /** The same cluster, by an account that may do nothing. */
  stranger: Cluster
  /** A cluster that is not there. */
  unreachable: Cluster
  /** Somebody else writes the object. */
  write: (object: KubernetesObject) => Promise<void>
  remove: (kind: KindRef, name: string, namespace?: string) => Promise<void>
}

const configMap: KindRef = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
const patience = { timeout: 30_000, interval: 20 }

export const mapOf = (
  namespace: string,
  name: string,
  data: Record<string, string>,
  labels?: Record<string, string>,
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...(labels ? { labels } : {}) },
  data,
})

/** Follows the ConfigMaps of a namespace by name until the test is over, and remembers all that is told. */
export function followMaps(cluster: Cluster, namespace: string, labelSelector?: string) {
  const events: WatchEvent<string>[] = []
  const signs: WatchSign[] = []
  const stop = new AbortController()
  const ended = cluster.watch(configMap, {
    namespace,
    ...(labelSelector ? { labelSelector } : {}),
    project: (object) => object.metadata.name,
    onEvent: (event) => events.push(event),
    onSign: (sign) => signs.push(sign),
    signal: stop.signal,
  })
  onTestFinished(async () => {
    stop.abort()
    await ended
  })
  const until = (fits: (event: WatchEvent<string>) => boolean) =>
    vi.waitFor(() => {
      const found = events.find(fits)
      if (!found) throw new Error(`Not among ${JSON.stringify(events)}`)
      return found
    }, patience)
  return { events, signs, until, stop, ended }
}

export function clusterContract(make: () => ClusterUnderTest): void {
  const namespace = `contract-${randomUUID().slice(0, 8)}`
  const fresh = () => `map-${randomUUID().slice(0, 8)}`
  const read = async (name: string) => make().cluster.get(configMap, name, namespace)

  beforeAll(async () => {
    await make().cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  })

  it('applies an object and gives it back', async () => {
    const { cluster } = make()
    const name = fresh()
    const applied = await cluster.apply(mapOf(namespace, name, { a: 'ü' }))
    expect(applied.metadata.resourceVersion).toMatch(/^\d+$/)
    expect(await read(name)).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { a: 'ü' } })
  })

  it('knows nothing of an object that is not there', async () => {
    expect(await read('absent')).toBeUndefined()
  })

  it('writes nothing in a dry run', async () => {
    const { cluster } = make()
    const name = fresh()
    expect(await cluster.apply(mapOf(namespace, name, { a: '1' }), { dryRun: true })).toMatchObject({
      data: { a: '1' },
    })
    expect(await read(name)).toBeUndefined()
  })

  it('refuses what belongs into a namespace that is not there, dry or not', async () => {
    const { cluster } = make()
    for (const dryRun of [true, false]) {
      await expect(cluster.apply(mapOf('absent', fresh(), {}), { dryRun })).rejects.toMatchObject({
        code: 'integration_unavailable',
        message: expect.stringContaining('namespaces "absent" not found'),
      })
    }
  })

  it('takes away what it no longer applies and leaves what others wrote', async () => {
    const { cluster, write } = make()
    const name = fresh()
    await write(mapOf(namespace, name, { theirs: '1' }))
    await cluster.apply(mapOf(namespace, name, { ours: '1', gone: '1' }))
    await cluster.apply(mapOf(namespace, name, { ours: '2' }))
    expect((await read(name))?.data).toEqual({ theirs: '1', ours: '2' })
  })

  it('refuses to change what somebody else set, unless it is forced', async () => {
    const { cluster, write } = make()
    const name = fresh()
    await write(mapOf(namespace, name, { a: 'theirs' }))
    await expect(cluster.apply(mapOf(namespace, name, { a: 'ours' }))).rejects.toMatchObject({
      code: 'integration_unavailable',
      integration: 'cluster',
      fault: 'conflict',
      message: expect.stringContaining('conflict'),
    })
    expect((await read(name))?.data).toEqual({ a: 'theirs' })
    await cluster.apply(mapOf(namespace, name, { a: 'ours' }), { force: true })
    expect((await read(name))?.data).toEqual({ a: 'ours' })
  })

  it('lists a namespace, and what labels select of it', async () => {
    const { cluster } = make()
    const group = fresh()
    const names = [0, 1, 2, 3, 4].map((number) => `${group}-${number}`)
    for (const [index, name] of names.entries())
      await cluster.apply(mapOf(namespace, name, {}, { group, parity: index % 2 ? 'odd' : 'even' }))
    const listed = async (labelSelector: string) =>
      (await cluster.list(configMap, { namespace, labelSelector })).map((object) => object.metadata.name).sort()
    expect(await listed(`group=${group}`)).toEqual(names)
    expect(await listed(`group=${group},parity=odd`)).toEqual([`${group}-1`, `${group}-3`])
    const [first] = await cluster.list(configMap, { namespace, labelSelector: `group=${group}` })
    expect(first).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
  })

  it('lists nothing of a kind that the cluster does not know', async () => {
    const unknown = { apiVersion: 'example.dev/v1', kind: 'Widget', plural: 'widgets', namespaced: true }
    expect(await make().cluster.list(unknown, { namespace })).toEqual([])
  })

  it('merges a change into an object, and takes away what is null', async () => {
    const { cluster } = make()
    const name = fresh()
    await cluster.apply(mapOf(namespace, name, { a: '1' }))
    const annotated = (annotations: Record<string, string | null>) =>
      cluster.patch(configMap, name, namespace, { metadata: { annotations } })
    await annotated({ 'example.dev/one': '1', 'example.dev/two': '2' })
    expect((await annotated({ 'example.dev/one': null })).metadata.annotations).toEqual({ 'example.dev/two': '2' })
    const object = await read(name)
    expect(object?.metadata.annotations).toEqual({ 'example.dev/two': '2' })
    expect(object?.data).toEqual({ a: '1' })
  })

  it('says so when what should be changed is not there', async () => {
    const change = make().cluster.patch(configMap, 'absent', namespace, { metadata: { annotations: { a: '1' } } })
    await expect(change).rejects.toMatchObject({
      code: 'integration_unavailable',
      fault: 'not_found',
      message: expect.stringContaining('configmaps "absent" not found'),
    })
    expect(await read('absent')).toBeUndefined()
  })

  it('refuses a change of what somebody else has changed meanwhile', async () => {
    const { cluster, write } = make()
    const name = fresh()
    const { resourceVersion } = (await cluster.apply(mapOf(namespace, name, { a: '1' }))).metadata
    await write(mapOf(namespace, name, { b: '2' }))
    const change = cluster.patch(configMap, name, namespace, { metadata: { resourceVersion }, data: { a: '3' } })
    await expect(change).rejects.toMatchObject({ fault: 'conflict' })
    expect((await read(name))?.data).toMatchObject({ b: '2' })
  })

  it('tells a watcher what is there, what changes and what goes, and nothing of elsewhere', async () => {
    const { cluster, write, remove } = make()
    const group = fresh()
    const [there, later, other] = [fresh(), fresh(), fresh()]
    await write(mapOf(namespace, there, {}, { group }))
    const watch = followMaps(cluster, namespace, `group=${group}`)
    expect(await watch.until((event) => event.type === 'synced')).toEqual({ type: 'synced', items: [there] })
    await write(mapOf(namespace, other, {}, { group: 'another' }))
    await write(mapOf(namespace, later, {}, { group }))
    await watch.until((event) => event.type === 'changed' && event.item === later)
    await remove(configMap, there, namespace)
    await watch.until((event) => event.type === 'deleted' && event.item === there)
    expect(watch.events.map((event) => event.type)).toEqual(['synced', 'changed', 'deleted'])
    expect(watch.signs.filter((sign) => sign !== 'bookmark')).toEqual(['listed', 'event', 'event'])
  })

  it('tells a watcher that an object no longer fits', async () => {
    const { cluster, write } = make()
    const [group, name] = [fresh(), fresh()]
    await write(mapOf(namespace, name, {}, { group }))
    const watch = followMaps(cluster, namespace, `group=${group}`)
    await watch.until((event) => event.type === 'synced')
    await write(mapOf(namespace, name, {}, { group: 'another' }))
    await watch.until((event) => event.type === 'deleted' && event.item === name)
  })

  it('ends a watch when it is told to', async () => {
    const watch = followMaps(make().cluster, namespace)
    await watch.until((event) => event.type === 'synced')
    watch.stop.abort()
    await watch.ended
  })

  it('says what an account may do', async () => {
    const { cluster, stranger } = make()
    expect(await cluster.canI('list', kinds.pod, namespace)).toBe(true)
    expect(await stranger.canI('list', kinds.pod, namespace)).toBe(false)
  })

  it('has no log of a pod that is not there', async () => {
    await expect(make().cluster.logs(namespace, 'absent')).rejects.toMatchObject({
      fault: 'not_found',
      message: expect.stringContaining('pods "absent" not found'),
    })
  })

  it('says its version', async () => {
    const { version, address } = await make().cluster.probe()
    expect(version).not.toBe('')
    expect(address).toMatch(/^https?:/)
  })

  it('explains that it cannot be reached', async () => {
    const { unreachable } = make()
    const explained = { code: 'integration_unavailable', integration: 'cluster', fault: 'unreachable' }
    await expect(unreachable.probe()).rejects.toMatchObject(explained)
    await expect(unreachable.list(configMap)).rejects.toMatchObject(explained)
    await expect(unreachable.get(configMap, 'any', namespace)).rejects.toMatchObject(explained)
    const watch = followMaps(unreachable, namespace)
    await watch.until((event) => event.type === 'problem')
    expect(watch.events.every((event) => event.type === 'problem')).toBe(true)
  })
}
