import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kinds } from '../../ports/cluster.ts'
import { type ClusterSettings, clusterFaults, createClusters } from './clusters.ts'
import { type Answer, json, kubeconfigOf, startApiServer, status } from './testing/api-server.ts'

const version = json(200, { gitVersion: 'v1.36.1' })
const only =
  (token: () => string): Answer =>
  (request, response) => {
    const isLetIn = request.headers.authorization === `Bearer ${token()}`
    ;(isLetIn ? version : status(401, 'Unauthorized'))(request, response)
  }

describe('the clusters of a kubeconfig', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modelyard-kubeconfig-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const write = async (name: string, content: string) => {
    const file = join(folder, name)
    await writeFile(file, content)
    return file
  }
  const settings = (kubeconfig: string | null, more: Partial<ClusterSettings> = {}): ClusterSettings => ({
    kubeconfig,
    contexts: {},
    argocd: { context: null, namespace: 'argocd' },
    ...more,
  })

  it('are one for each environment, each asked with its own account', async () => {
    const [dev, prod] = [await startApiServer(version), await startApiServer(version)]
    const file = await write(
      'two',
      kubeconfigOf({ test: { server: dev.url, token: 'of-test' }, live: { server: prod.url, token: 'of-live' } }),
    )
    const contexts = { dev: 'test', staging: 'test', prod: 'live' }
    const clusters = createClusters(settings(file, { contexts }))
    expect(clusters.all.map((each) => each.name)).toEqual(['test', 'live'])
    expect(clusters.of('staging')).toBe(clusters.of('dev'))
    expect(clusters.environmentsOf('test')).toEqual(['dev', 'staging'])
    expect(clusters.environmentsOf('live')).toEqual(['prod'])
    expect(clusters.gitops.cluster.name).toBe('live')
    await clusters.of('dev').probe()
    await clusters.of('prod').probe()
    expect(dev.asked).toEqual(['GET /version Bearer of-test'])
    expect(prod.asked).toEqual(['GET /version Bearer of-live'])
  })

  it('are the current context for what is not named, also for Argo CD', async () => {
    const { url } = await startApiServer(version)
    const file = await write('one', kubeconfigOf({ here: { server: url, token: 'a' }, there: { server: url } }))
    const clusters = createClusters(settings(file, { argocd: { context: 'there', namespace: 'argocd' } }))
    expect(clusters.all.map((each) => each.name)).toEqual(['here'])
    expect(clusters.gitops.cluster.name).toBe('there')
  })

  it('may stand in several files', async () => {
    const { url } = await startApiServer(version)
    const files = [
      await write('first', kubeconfigOf({ first: { server: url } })),
      await write('second', kubeconfigOf({ second: { server: url } })),
    ]
    const contexts = { dev: 'first', prod: 'second' }
    expect(clusterFaults(settings(files.join(delimiter), { contexts }))).toEqual([])
    const clusters = createClusters(settings(files.join(delimiter), { contexts }))
    expect(clusters.all.map((each) => each.name)).toEqual(['first', 'second'])
  })

  it.each<[string, Partial<ClusterSettings>, string]>([
    ['a context that is not there', { contexts: { dev: 'typo' } }, 'has no context typo; it has here'],
    ['Argo CD’s context that is not there', { argocd: { context: 'nowhere', namespace: 'a' } }, 'no context nowhere'],
    ['a file that is not there', { kubeconfig: '/nowhere/kubeconfig' }, '/nowhere/kubeconfig is not there'],
    ['a context without a file', { kubeconfig: null, contexts: { prod: 'live' } }, 'Without KUBECONFIG'],
  ])('are refused at the start with %s', async (_what, change, message) => {
    const file = await write('known', kubeconfigOf({ here: { server: 'http://127.0.0.1:9' } }))
    const faults = clusterFaults({ ...settings(file), ...change })
    expect(faults).toEqual([expect.stringContaining(message)])
  })

  it('are asked again with a token that was rotated, without anybody noticing', async () => {
    let wanted = 'first'
    const { url, asked } = await startApiServer(only(() => wanted))
    const file = await write('rotated', kubeconfigOf({ here: { server: url, token: 'first' } }))
    const cluster = createClusters(settings(file)).of('dev')
    await cluster.probe()
    wanted = 'second'
    await writeFile(file, kubeconfigOf({ here: { server: url, token: 'second' } }))
    expect(await cluster.probe()).toEqual({ version: 'v1.36.1', address: url })
    expect(asked.slice(1)).toEqual(['GET /version Bearer first', 'GET /version Bearer second'])
  })

  it('read a token from its own file when that is rotated', async () => {
    let wanted = 'first'
    const { url } = await startApiServer(only(() => wanted))
    const tokenFile = await write('token', 'first')
    const file = await write('by-file', kubeconfigOf({ here: { server: url, tokenFile } }))
    const cluster = createClusters(settings(file)).of('dev')
    await cluster.probe()
    wanted = 'second'
    await writeFile(tokenFile, 'second')
    expect(await cluster.probe()).toEqual({ version: 'v1.36.1', address: url })
  })

  it('explain that a token is refused, once it has been read again', async () => {
    const { url, asked } = await startApiServer(only(() => 'another'))
    const file = await write('refused', kubeconfigOf({ here: { server: url, token: 'old' } }))
    await expect(createClusters(settings(file)).of('dev').probe()).rejects.toMatchObject({
      fault: 'unauthenticated',
      explanation: { remedy: expect.stringContaining('renews the portal’s account') },
    })
    expect(asked).toHaveLength(2)
  })

  it('go on with what they know while the file is half-written', async () => {
    const { url, held } = await startApiServer(status(401, 'Unauthorized'))
    const file = await write('half', kubeconfigOf({ here: { server: url, token: 'good' } }))
    const cluster = createClusters(settings(file)).of('dev')
    await writeFile(file, 'clusters: [')
    await expect(cluster.probe()).rejects.toMatchObject({ fault: 'unauthenticated' })
    held.answer = version
    expect(await cluster.probe()).toEqual({ version: 'v1.36.1', address: url })
  })

  it('follow the address when the file names another', async () => {
    const [old, moved] = [await startApiServer(status(401, 'Unauthorized')), await startApiServer(version)]
    const file = await write('moved', kubeconfigOf({ here: { server: old.url, token: 'a' } }))
    const cluster = createClusters(settings(file)).of('dev')
    await writeFile(file, kubeconfigOf({ here: { server: moved.url, token: 'a' } }))
    await cluster.probe()
    expect(moved.asked).toEqual(['GET /version Bearer a'])
  })

  it('rotate a token under a watch as well', async () => {
    let wanted = 'first'
    const { url, asked } = await startApiServer((request, response) => {
      if (request.headers.authorization !== `Bearer ${wanted}`) return status(401, 'Unauthorized')(request, response)
      if (request.url?.includes('watch=true')) return void response.writeHead(200).end()
      json(200, { metadata: { resourceVersion: '1' }, items: [] })(request, response)
    })
    const file = await write('watched', kubeconfigOf({ here: { server: url, token: 'first' } }))
    const cluster = createClusters(settings(file)).of('dev')
    const stop = new AbortController()
    const events: string[] = []
    const watching = cluster.watch(kinds.namespace, {
      project: (object) => object,
      onEvent: (event) => events.push(event.type),
      signal: stop.signal,
    })
    const opened = (token: string) => () =>
      expect.poll(() => asked.some((each) => each.includes('watch=true') && each.endsWith(token))).toBe(true)
    await opened('first')()
    await writeFile(file, kubeconfigOf({ here: { server: url, token: 'second' } }))
    wanted = 'second'
    await opened('second')()
    stop.abort()
    await watching
    expect(events).toEqual(['synced'])
  })
})
