/** With one part outside away and all others there: what needs it says so, the rest works, and it goes on by itself. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startSandboxCluster } from '#sandbox/controllers/testing.ts'
import { application } from '#sandbox/gitops/contract/samples.ts'
import { startGitOps } from '#sandbox/gitops/gitops.ts'
import { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import { UploadView } from '../../contracts/uploads.ts'
import { observeClusters } from '../../domains/observed/observed.ts'
import type { Actor } from '../../permissions/actor.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { problemIn, startPortal, type TestPortal } from '../../testing/portal.ts'
import { type TcpProxy, tcpProxy } from '../../testing/tcp-proxy.ts'

const patiently = { timeout: 20_000, interval: 200 }
const Integrations = z.object({ integrations: z.array(z.looseObject({ name: z.string(), state: z.string() })) })

/** How an integration fares once the worker has gone round, and no page shares an answer from before. */
async function expectState(portal: TestPortal, who: Actor, name: string, wanted: string): Promise<void> {
  await portal.services.integrations.looking.round()
  const read = async () => {
    const { integrations } = Integrations.parse((await portal.ask(who, 'GET', '/api/v1/integrations')).body)
    return integrations.find((each) => each.name === name)?.state
  }
  await expect.poll(read, patiently).toBe(wanted)
}

const unavailable = (what: string) => ({
  status: 503,
  code: 'integration_unavailable',
  detail: expect.stringContaining(what),
  remedy: expect.stringMatching(/\w/),
})

describe('while Argo CD alone is away', { timeout: 60_000 }, () => {
  const database = testDatabase()
  const stopping = new AbortController()
  const ends: (() => Promise<unknown>)[] = []
  let proxy: TcpProxy
  let portal: TestPortal
  let member: Actor
  let namespace: string
  let base: string
  let put: (object: KubeObject) => Promise<unknown>

  beforeAll(async () => {
    const sandbox = await startSandboxCluster()
    ends.push(() => sandbox.stop())
    const client = KubeClient.fromFile(sandbox.kubeconfig)
    const gitOps = await startGitOps({ client, state: sandbox.state, pollMilliseconds: 500, log: () => undefined })
    ends.push(() => gitOps.stop())

    // The same API server by two roads: the one that leads to Argo CD can be cut.
    const given = new KubeConfig()
    given.loadFromFile(sandbox.kubeconfig)
    const [cluster, user] = [given.getCurrentCluster(), given.getCurrentUser()]
    if (!cluster || !user) throw new Error('The kubeconfig names no cluster and user')
    proxy = await tcpProxy(cluster.server)
    ends.push(() => proxy.cut())
    const config = new KubeConfig()
    config.loadFromOptions({
      clusters: [
        { ...cluster, name: 'here' },
        { ...cluster, name: 'argo', server: proxy.url.replace(/\/$/, '') },
      ],
      users: [user],
      contexts: ['here', 'argo'].map((name) => ({ name, cluster: name, user: user.name })),
      currentContext: 'here',
    })
    const file = join(sandbox.state, 'two-roads')
    await writeFile(file, config.exportConfig())

    portal = await startPortal(database.url, { KUBECONFIG: file, ARGOCD_CONTEXT: 'argo' })
    ends.push(() => portal.stop())
    const { db, ports, log } = portal.services
    const team = await makeTeam(db)
    member = await makePerson(db, 'Member', { teams: { [team]: 'member' } })
    namespace = `${team}-dev`
    base = `/api/v1/teams/${team}`
    const amounts = { cpu: 2000, memory: 2 ** 32, gpu: 0, storage: 0 }
    const claim = { name: namespace, teamSlug: team, environment: 'dev', state: 'active', ...amounts }
    await db.namespaceClaim.create({ data: claim })

    const labels = { 'modelyard.dev/team': team, 'modelyard.dev/environment': 'dev' }
    put = async (object) => {
      const type = await client.discovery.require(object.apiVersion, object.kind)
      const labelled = { ...object, metadata: { ...object.metadata, labels } }
      return client.apply(type, labelled, { manager: 'contract', force: true })
    }
    await put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    await put(quotaOf('2'))
    await put(application(namespace, 'http://127.0.0.1:9/nothing.git', sandbox.url, {}))

    const watching = observeClusters(
      { db, clusters: ports.clusters, gitops: ports.gitops, log, onChange: () => undefined },
      stopping.signal,
    )
    ends.push(async () => {
      stopping.abort()
      await watching
    })
  }, 60_000)
  afterAll(async () => {
    for (const end of ends.reverse()) await end()
  })

  const quotaOf = (cpu: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'team-quota', namespace },
    spec: { hard: { 'requests.cpu': cpu } },
  })
  const get = (path: string) => portal.ask(member, 'GET', `${base}${path}`)
  const problemOf = (body: unknown) =>
    z.looseObject({ freshness: z.object({ problem: z.string().nullable() }) }).parse(body).freshness.problem
  const Namespace = z.looseObject({
    quota: z.object({ cpu: z.number() }).nullable(),
    freshness: z.object({ problem: z.string().nullable() }),
    application: z.unknown(),
    eventsProblem: z.string().nullable(),
  })
  const quota = async () => {
    const { quota: inForce, freshness } = Namespace.parse((await get(`/namespaces/${namespace}`)).body)
    return { cpu: inForce?.cpu ?? null, problem: freshness.problem }
  }
  const applicationProblem = async () => problemOf((await get(`/applications/${namespace}`)).body)
  const refresh = () => portal.ask(member, 'POST', `${base}/applications/${namespace}/refresh`, { body: {} })

  it('its Applications say so and stay readable, the clusters are followed on, and all of it comes back', async () => {
    await expect.poll(async () => (await get(`/applications/${namespace}`)).status, patiently).toBe(200)
    await expect.poll(async () => (await quota()).cpu, patiently).toBe(2000)
    expect(await applicationProblem()).toBeNull()
    expect((await refresh()).status).toBe(202)

    await proxy.cut()
    await expect.poll(applicationProblem, patiently).toContain('The cluster argo does not answer')
    const detail = Namespace.parse((await get(`/namespaces/${namespace}`)).body)
    expect(detail).toMatchObject({ freshness: { problem: null }, eventsProblem: null })
    expect(problemOf(detail.application)).toContain('does not answer')
    expect(problemIn(await refresh())).toMatchObject(unavailable('does not answer'))
    await expectState(portal, member, 'gitops', 'down')
    await expectState(portal, member, 'cluster:here', 'ok')

    await put(quotaOf('3'))
    await expect.poll(quota, patiently).toEqual({ cpu: 3000, problem: null })
    for (const path of ['', '/namespaces', '/deployments', '/models', '/allowance-use', '/members'])
      expect([path, (await get(path)).status]).toEqual([path, 200])

    await proxy.mend()
    await expect.poll(applicationProblem, patiently).toBeNull()
    expect((await refresh()).status).toBe(202)
    await expect
      .poll(async () => {
        await portal.services.integrations.looking.round()
        const { integrations } = Integrations.parse((await portal.ask(member, 'GET', '/api/v1/integrations')).body)
        return integrations.find((each) => each.name === 'gitops')?.state
      }, patiently)
      .not.toBe('down')
  })
})

describe('while the object store alone is away', { timeout: 60_000 }, () => {
  const database = testDatabase()
  const iris = readFileSync(join(import.meta.dirname, '../../../runtime/samples/iris/1/model.onnx'))
  const octets = { 'content-type': 'application/octet-stream' }
  let folder: string
  let portal: TestPortal
  let member: Actor
  let models: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modelyard-store-away-'))
    portal = await startPortal(database.url, { OBJECT_STORE_URL: `file://${join(folder, 'store')}` })
    const team = await makeTeam(portal.services.db)
    member = await makePerson(portal.services.db, 'Member', { teams: { [team]: 'member' } })
    models = `/api/v1/teams/${team}/models`
    await ask('POST', '', { body: { name: 'iris', description: 'Which iris?' } })
  })
  afterAll(async () => {
    await portal.stop()
    await rm(folder, { recursive: true })
  })

  const ask = (method: string, path: string, options: Parameters<TestPortal['ask']>[3] = {}) =>
    portal.ask(member, method, `${models}${path}`, options)
  const raw = (bytes: Buffer) => ({ raw: new Uint8Array(bytes), headers: octets })
  /** As when a mount is lost: something else is there in its place. */
  const lose = async () => {
    await rename(join(folder, 'store'), join(folder, 'elsewhere'))
    await writeFile(join(folder, 'store'), '')
  }
  const find = async () => {
    await unlink(join(folder, 'store'))
    await rename(join(folder, 'elsewhere'), join(folder, 'store'))
  }

  it('bytes say so, what is known of models stays, and an upload goes on where it was', async () => {
    expect((await ask('POST', '/iris/versions', raw(iris))).status).toBe(201)
    const begin = async (bytes: Buffer) =>
      UploadView.parse(
        (await ask('POST', '/iris/uploads', { body: { fileName: 'model.onnx', sizeBytes: bytes.length } })).body,
      )
    const other = Buffer.from('not a model')
    const [whole, half] = [await begin(other), await begin(other)]
    const part = (upload: UploadView) => ask('PUT', `/iris/uploads/${upload.id}/parts/1`, raw(other))
    const complete = (upload: UploadView) => ask('POST', `/iris/uploads/${upload.id}/complete`, { body: {} })
    expect((await part(whole)).status).toBe(200)
    expect((await complete(whole)).status).toBe(202)

    await lose()
    for (const [method, path, options] of [
      ['POST', '/iris/versions', raw(iris)],
      ['GET', '/iris/versions/1/file', {}],
      ['GET', '/iris/versions/1/address', {}],
      ['PUT', `/iris/uploads/${half.id}/parts/1`, raw(other)],
      ['GET', `/iris/uploads/${half.id}`, {}],
      ['POST', `/iris/uploads/${half.id}/complete`, { body: {} }],
    ] as const) {
      const answer = await ask(method, path, options)
      expect({ method, path, ...problemIn(answer) }).toMatchObject({ method, path, ...unavailable('model store') })
    }
    await expect(portal.services.uploads.check(whole.id)).rejects.toMatchObject({ code: 'integration_unavailable' })
    expect((await ask('GET', '')).body).toMatchObject({ items: [{ name: 'iris', latestVersion: 1 }] })
    expect((await ask('GET', '/iris')).body).toMatchObject({ versions: [{ version: 1 }] })
    expect((await ask('POST', '', { body: { name: 'another', description: '' } })).status).toBe(201)
    await expectState(portal, member, 'objectStore', 'down')
    await expectState(portal, member, 'database', 'ok')

    await find()
    await expectState(portal, member, 'objectStore', 'ok')
    expect((await part(half)).status).toBe(200)
    expect((await complete(half)).status).toBe(202)
    expect((await ask('GET', '/iris/versions/1/file')).status).toBe(200)
    for (const { id } of [whole, half]) {
      await portal.services.uploads.check(id)
      const ended = UploadView.parse((await ask('GET', `/iris/uploads/${id}`)).body)
      expect(ended).toMatchObject({ state: 'refused', refusal: { code: 'model_rejected' } })
    }
  })
})
