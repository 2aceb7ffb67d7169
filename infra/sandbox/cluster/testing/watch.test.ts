import { describe, expect, it } from 'vitest'
import { at, nameOf, text } from '../json.ts'
import { configMap, newCluster, openWatch } from './running-cluster.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const named = (name: string, type: string) => (event: { type: string; object: Parameters<typeof nameOf>[0] }) =>
  event.type === type && nameOf(event.object) === name

describe('watches', () => {
  it('tell of everything after a revision, once and in order', async () => {
    const cluster = await newCluster()
    const { body: first } = await cluster.api('POST', maps, configMap('a'))
    await cluster.api('POST', maps, configMap('b'))
    const watch = await openWatch(
      cluster,
      `${maps}?watch=true&resourceVersion=${text(at(first, 'metadata', 'resourceVersion'))}`,
    )
    await cluster.api('PATCH', `${maps}/a`, { data: { x: '1' } }, 'application/merge-patch+json')
    await cluster.api('DELETE', `${maps}/b`)
    await watch.until(named('b', 'DELETED'))
    expect(watch.events.map((event) => `${event.type} ${nameOf(event.object)}`)).toEqual([
      'ADDED b',
      'MODIFIED a',
      'DELETED b',
    ])
    const revisions = watch.events.map((event) => Number(at(event.object, 'metadata', 'resourceVersion')))
    expect(revisions).toEqual([...revisions].sort((x, y) => x - y))
  })

  it('show objects entering and leaving a selector as added and deleted', async () => {
    const cluster = await newCluster()
    const watch = await openWatch(cluster, `${maps}?watch=true&labelSelector=team%3Dml`)
    await cluster.api('POST', maps, configMap('a'))
    await cluster.api('PATCH', `${maps}/a`, { metadata: { labels: { team: 'ml' } } }, 'application/merge-patch+json')
    await watch.until(named('a', 'ADDED'))
    await cluster.api('PATCH', `${maps}/a`, { metadata: { labels: { team: 'data' } } }, 'application/merge-patch+json')
    await watch.until(named('a', 'DELETED'))
    expect(watch.events).toHaveLength(2)
  })

  it('send bookmarks when asked', async () => {
    const cluster = await newCluster({ bookmarkMilliseconds: 5 })
    const watch = await openWatch(cluster, `${maps}?watch=true&allowWatchBookmarks=true`)
    await cluster.api('POST', '/api/v1/namespaces/default/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
    })
    const { body } = await cluster.api('GET', maps)
    const version = at(body, 'metadata', 'resourceVersion')
    const bookmark = await watch.until(
      (event) => event.type === 'BOOKMARK' && at(event.object, 'metadata', 'resourceVersion') === version,
    )
    expect(bookmark.object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' })
  })

  it('start with what is there and say when that is told, for clients that list by watching', async () => {
    const cluster = await newCluster()
    await cluster.api('POST', maps, configMap('a'))
    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
    const watch = await openWatch(cluster, `${maps}?${query}`)
    await watch.until((event) => event.type === 'BOOKMARK')
    expect(watch.events.map((event) => event.type)).toEqual(['ADDED', 'BOOKMARK'])
    expect(at(watch.events[1]?.object, 'metadata', 'annotations', 'k8s.io/initial-events-end')).toBe('true')
  })

  it('answer 410 for a revision that is no longer known', async () => {
    const cluster = await newCluster()
    const { body } = await cluster.api('POST', maps, configMap('a'))
    await cluster.api('POST', maps, configMap('b'))
    await cluster.api('POST', '/sandbox/faults', { effect: { kind: 'expire' } })
    const version = text(at(body, 'metadata', 'resourceVersion'))
    const watch = await openWatch(cluster, `${maps}?watch=true&resourceVersion=${version}`)
    const { object } = await watch.until((event) => event.type === 'ERROR')
    expect(object).toMatchObject({
      kind: 'Status',
      code: 410,
      reason: 'Expired',
      message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/),
    })
    await watch.end()
    const paged = await cluster.api('GET', `${maps}?limit=1`)
    await cluster.api('POST', maps, configMap('c'))
    await cluster.api('POST', '/sandbox/faults', { effect: { kind: 'expire' } })
    const next = await cluster.api('GET', `${maps}?limit=1&continue=${text(at(paged.body, 'metadata', 'continue'))}`)
    expect(next.body).toMatchObject({ code: 410, reason: 'Expired' })
  })

  it('end when their time is over', async () => {
    const cluster = await newCluster()
    const watch = await openWatch(cluster, `${maps}?watch=true&timeoutSeconds=1`)
    await watch.end()
    expect(watch.events).toEqual([])
  })

  it('all reach a hundred watchers', async () => {
    const cluster = await newCluster()
    const watches = await Promise.all(Array.from({ length: 100 }, () => openWatch(cluster, `${maps}?watch=true`)))
    await cluster.api('POST', maps, configMap('a', { text: 'x'.repeat(10_000) }))
    const told = await Promise.all(watches.map((watch) => watch.until(named('a', 'ADDED'))))
    expect(told).toHaveLength(100)
  })
})
