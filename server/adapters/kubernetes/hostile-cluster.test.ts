/** What a cluster may do to us, row by row: each ends in a clear word or in nobody noticing, and what follows goes on. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { KubeConfig } from '@kubernetes/client-node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Cluster, kinds, type WatchEvent, type WatchSign } from '../../ports/cluster.ts'
import { createKubernetesCluster } from './kubernetes.ts'
import { type Answer, json, kubeconfigOf, startApiServer, status } from './testing/api-server.ts'

const quick = { silenceMilliseconds: 300, watchSeconds: 1 }
const podOf = (name: string, metadata: object = {}) => ({ metadata: { name, namespace: 'ml-dev', ...metadata } })
const listOf = (items: object[], more: object = {}) =>
  json(200, { kind: 'PodList', metadata: { resourceVersion: '7', ...more }, items })
const isWatch = (request: IncomingMessage) => request.url?.includes('watch=true') ?? false

function clusterAt(url: string): Cluster {
  const config = new KubeConfig()
  config.loadFromString(kubeconfigOf({ here: { server: url, token: 'a' } }))
  return createKubernetesCluster(() => config, 'here', quick)
}

function follow(cluster: Cluster) {
  const events: WatchEvent<string>[] = []
  const signs: WatchSign[] = []
  const stop = new AbortController()
  const ended = cluster.watch(kinds.pod, {
    project: (object) => object.metadata.name,
    onEvent: (event) => events.push(event),
    onSign: (sign) => signs.push(sign),
    signal: stop.signal,
  })
  onTestFinished(async () => {
    stop.abort()
    await ended
  })
  const until = (fits: () => boolean) =>
    vi.waitFor(() => expect(fits(), JSON.stringify(events).slice(0, 500)).toBe(true), { timeout: 10_000, interval: 10 })
  const types = () => events.map((event) => event.type)
  return { events, signs, types, until, lists: () => types().filter((type) => type === 'synced').length }
}

/** Lists one pod, and watches as it is told. */
async function scene(watch: Answer) {
  const server = await startApiServer((request, response) =>
    isWatch(request) ? watch(request, response) : listOf([podOf('one')])(request, response),
  )
  return { ...server, watch: follow(clusterAt(server.url)) }
}
const hold: Answer = (_request, response) => void response.writeHead(200).flushHeaders()
const lines =
  (...events: (object | string)[]): Answer =>
  (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200)
    for (const event of events) response.write(typeof event === 'string' ? event : `${JSON.stringify(event)}\n`)
    response.end()
  }
const expired = { type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old resource version' } }

describe('a cluster that', () => {
  it('is down, says so once it is asked, and is followed again when it is back', async () => {
    let isDown = true
    const { url } = await startApiServer((request, response) => {
      if (isDown) request.socket.destroy()
      else if (isWatch(request)) hold(request, response)
      else listOf([podOf('one')])(request, response)
    })
    const watch = follow(clusterAt(url))
    await watch.until(() => watch.types().includes('problem'))
    expect(watch.events[0]).toMatchObject({
      message: expect.stringContaining('does not answer: it broke the connection'),
    })
    isDown = false
    await watch.until(() => watch.types().includes('synced'))
  })

  it('has no address', async () => {
    const cluster = clusterAt('http://cluster.invalid:1')
    await expect(cluster.probe()).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringMatching(/does not answer: its name (is not known|cannot be looked up now)/),
    })
  })

  it('never answers', async () => {
    const { url } = await startApiServer(() => undefined)
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const asked = expect(clusterAt(url).probe()).rejects.toMatchObject({ fault: 'unreachable' })
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0))
    await vi.advanceTimersByTimeAsync(5001)
    vi.useRealTimers()
    await asked
  })

  it('forgets the history that a watch follows (410 as status)', async () => {
    const { watch } = await scene(status(410, 'Expired'))
    await watch.until(() => watch.lists() >= 3)
    expect(watch.types()).not.toContain('problem')
  })

  it('forgets the history that a watch follows (410 in the stream)', async () => {
    const { watch, asked } = await scene(lines(expired))
    await watch.until(() => watch.lists() >= 3)
    expect(watch.types()).not.toContain('problem')
    // With a pause each time: three lists take longer than an eager loop would.
    expect(asked.length).toBeLessThan(12)
  })

  it('lets a watch fall silent', async () => {
    const { watch } = await scene(hold)
    await watch.until(() => watch.signs.includes('stalled') && watch.lists() >= 2)
    expect(watch.events.find((event) => event.type === 'problem')).toMatchObject({
      message: expect.stringContaining('fell silent'),
    })
  })

  it('ends every watch at once, and is not asked without a pause', async () => {
    const { watch, asked } = await scene(lines())
    await watch.until(() => asked.filter((each) => each.includes('watch=true')).length >= 3)
    expect(watch.types()).toEqual(['synced'])
    expect(asked.length).toBeLessThan(12)
  })

  it('cuts a watch off in the middle of an object', async () => {
    const { watch } = await scene(
      lines({ type: 'MODIFIED', object: podOf('two', { resourceVersion: '8' }) }, '{"type":"ADD'),
    )
    await watch.until(() => watch.types().includes('changed') && watch.lists() >= 2)
  })

  it('sends an event of a type nobody knows', async () => {
    const { watch } = await scene(lines({ type: 'SURPRISED', object: {} }))
    await watch.until(() => watch.types().includes('problem') && watch.lists() >= 2)
  })

  it('refuses a watch for want of permission, in its own words', async () => {
    const { watch } = await scene(status(403, 'pods is forbidden: cannot watch resource "pods"'))
    await watch.until(() => watch.types().includes('problem'))
    expect(watch.events.find((event) => event.type === 'problem')).toMatchObject({
      message: expect.stringContaining('cannot watch resource "pods"'),
    })
  })

  it('holds 10,000 objects, told page by page', async () => {
    const { url, asked } = await startApiServer((request, response) => {
      const from = Number(new URL(request.url ?? '', 'http://here').searchParams.get('continue') ?? 0)
      const items = Array.from({ length: 500 }, (_, index) => podOf(`pod-${from + index}`))
      listOf(items, from + 500 < 10_000 ? { continue: String(from + 500) } : {})(request, response)
    })
    expect(await clusterAt(url).list(kinds.pod)).toHaveLength(10_000)
    expect(asked).toHaveLength(20)
  })

  it('loses its place in the middle of a long list', async () => {
    let broken = 1
    const { url } = await startApiServer((request, response) => {
      if (isWatch(request)) return hold(request, response)
      if (!request.url?.includes('continue')) return listOf([podOf('one')], { continue: 'next' })(request, response)
      if (broken-- > 0) return status(410, 'The provided continue parameter is too old')(request, response)
      return listOf([podOf('two')])(request, response)
    })
    const watch = follow(clusterAt(url))
    await watch.until(() => watch.lists() >= 1)
    expect(watch.events.find((event) => event.type === 'synced')).toMatchObject({ items: ['one', 'two'] })
  })

  it('has an object with an annotation of 1 MB', async () => {
    const annotations = { note: 'x'.repeat(2 ** 20) }
    const { watch } = await scene(
      lines({ type: 'ADDED', object: podOf('large', { annotations, resourceVersion: '9' }) }),
    )
    await watch.until(() => watch.events.some((event) => event.type === 'changed' && event.item === 'large'))
  })

  it('answers more than anybody can hold', async () => {
    const { url } = await startApiServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        while (response.writable && response.write('x'.repeat(2 ** 20)));
      }
      response.on('drain', more)
      more()
    })
    await expect(clusterAt(url).get(kinds.pod, 'one', 'ml-dev')).rejects.toMatchObject({ fault: 'unreachable' })
  })

  it('answers with a page of a proxy', async () => {
    const { url } = await startApiServer((_request, response) => void response.writeHead(502).end('<html>Bad gateway'))
    await expect(clusterAt(url).get(kinds.pod, 'one', 'ml-dev')).rejects.toMatchObject({
      fault: 'failed',
      message: 'The cluster here refused: status 502',
    })
  })

  it.each<[string, number, string, string]>([
    ['denies by quota what was synced', 403, 'exceeded quota: team-quota, requested: pods=1', 'Ask for more quota'],
    [
      'refuses by an admission webhook',
      400,
      'admission webhook "a.example" denied the request',
      'A rule of the cluster',
    ],
    ['is removing the namespace', 403, 'forbidden: it is being terminated', 'Wait until the namespace is gone'],
    ['has too much to do', 429, 'Too many requests', 'too much to do'],
  ])('%s', async (_what, code, message, remedy) => {
    const { url } = await startApiServer(status(code, message))
    const apply = clusterAt(url).apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'ml-dev' } })
    await expect(apply).rejects.toMatchObject({
      message: expect.stringContaining(message),
      explanation: { remedy: expect.stringContaining(remedy) },
    })
  })

  it('rotates the token of our account', async () => {
    let wanted = 'a'
    const { url } = await startApiServer((request, response) =>
      request.headers.authorization === `Bearer ${wanted}`
        ? json(200, { gitVersion: 'v1' })(request, response)
        : status(401, 'Unauthorized')(request, response),
    )
    const load = () => {
      const config = new KubeConfig()
      config.loadFromString(kubeconfigOf({ here: { server: url, token: wanted } }))
      return config
    }
    const cluster = createKubernetesCluster(load, 'here')
    await cluster.probe()
    wanted = 'b'
    expect(await cluster.probe()).toEqual({ version: 'v1', address: url })
  })
})
