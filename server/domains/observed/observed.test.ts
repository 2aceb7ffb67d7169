import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDatabase, type Database } from '../../database/database.ts'
import { createLog } from '../../logging/log.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../ports/cluster.ts'
import type { Clusters } from '../../ports/clusters.ts'
import { testDatabase } from '../../testing/database.ts'
import { createFakeCluster, type FakeCluster, fakeClusters } from '../../testing/fakes/fake-cluster.ts'
import { createFakeGitOps, type FakeGitOps } from '../../testing/fakes/fake-gitops.ts'
import {
  ObservedApplication,
  ObservedNamespace,
  ObservedPod,
  ObservedQuota,
  observeClusters,
  observedOf,
  readPulses,
  watchProblem,
} from './observed.ts'

const log = createLog({ level: 'silent' })
const labels = (team: string, environment = 'dev') => ({
  'modelyard.dev/team': team,
  'modelyard.dev/environment': environment,
})
const namespaceOf = (name: string, environment = 'dev'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: labels('ml', environment) },
  status: { phase: 'Active' },
})
const quotaOf = (namespace: string, cpu: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'team-quota', namespace, labels: labels('ml') },
  status: { hard: { 'requests.cpu': cpu }, used: {} },
})
const podOf = (name: string, status: object, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ml-dev', labels: labels('ml'), ...more },
  spec: { containers: [{}] },
  status,
})

/** A busy machine takes longer; a wrong answer stays wrong. */
const until = <Value>(check: () => Value | Promise<Value>) => vi.waitFor(check, { timeout: 15_000, interval: 20 })

describe('what is observed', () => {
  const database = testDatabase()
  let db: Database
  let cluster: FakeCluster
  let gitops: FakeGitOps
  let running: { stop: () => Promise<void>; changed: string[] } | undefined
  beforeAll(() => {
    db = createDatabase(database.url, { connections: 4 })
  })
  afterAll(() => db.$disconnect())
  afterEach(async () => {
    await running?.stop()
    await db.observation.deleteMany()
    await db.integrationStatus.deleteMany()
    await db.liveEvent.deleteMany()
  })

  function observe(clusters: Clusters = fakeClusters(cluster)) {
    const stop = new AbortController()
    const changed: string[] = []
    const onChange = (namespaces: ReadonlySet<string>) => changed.push(...namespaces)
    const ended = observeClusters({ db, clusters, gitops, log, onChange }, stop.signal)
    running = {
      changed,
      stop: async () => {
        stop.abort()
        await ended
      },
    }
    return running
  }
  const start = () => {
    cluster = createFakeCluster()
    gitops = createFakeGitOps()
  }
  const cpuOf = async (namespace: string) =>
    (await observedOf(db, 'quota', ObservedQuota, { namespace }))[0]?.data.hard['requests.cpu']

  it('is what there is, what changes and what goes, with a word to live pages and to requests that wait', async () => {
    start()
    cluster.put(namespaceOf('ml-dev'))
    cluster.put(quotaOf('ml-dev', '2'))
    const { changed } = observe()
    await until(async () => expect(await cpuOf('ml-dev')).toBe('2'))
    cluster.put(quotaOf('ml-dev', '4'))
    await until(async () => expect(await cpuOf('ml-dev')).toBe('4'))
    cluster.remove(kinds.resourceQuota, 'team-quota', 'ml-dev')
    await until(async () => expect(await cpuOf('ml-dev')).toBeUndefined())
    expect(new Set(changed)).toEqual(new Set(['ml-dev']))
    const told = await db.liveEvent.findMany({ where: { key: 'ml-dev/team-quota' } })
    expect(told.map(({ topic, team }) => [topic, team])).toEqual(Array(3).fill(['namespace', 'ml']))
  })

  it('is not written again while nothing has changed of what is kept', async () => {
    start()
    cluster.put(quotaOf('ml-dev', '2'))
    observe()
    await until(async () => expect(await cpuOf('ml-dev')).toBe('2'))
    const [before] = await db.observation.findMany()
    await running?.stop()
    observe()
    for (let beat = 0; beat < 5; beat += 1) cluster.put({ ...quotaOf('ml-dev', '2'), heartbeat: beat })
    cluster.put(quotaOf('ml-batch-dev', '1'))
    await until(async () => expect(await cpuOf('ml-batch-dev')).toBe('1'))
    const [after] = await db.observation.findMany({ where: { namespace: 'ml-dev' } })
    expect(after?.observedAt).toEqual(before?.observedAt)
    expect(await db.liveEvent.count({ where: { key: 'ml-dev/team-quota' } })).toBe(1)
  })

  it('believes what came after the first list, also before it knows what the database holds', async () => {
    start()
    cluster.put(quotaOf('ml-dev', '1'))
    cluster.put(quotaOf('ml-old-dev', '1'))
    observe()
    await until(async () => expect(await cpuOf('ml-dev')).toBe('1'))
    await running?.stop()
    observe()
    // In the same turn: nothing can have been read from the database yet.
    cluster.put(quotaOf('ml-dev', '2'))
    cluster.remove(kinds.resourceQuota, 'team-quota', 'ml-old-dev')
    await until(async () => expect(await cpuOf('ml-dev')).toBe('2'))
    await until(async () => expect(await cpuOf('ml-old-dev')).toBeUndefined())
  })

  it('forgets what went while nobody looked', async () => {
    start()
    cluster.put(namespaceOf('ml-dev'))
    cluster.put(namespaceOf('ml-old-dev'))
    observe()
    const names = async () => (await observedOf(db, 'namespace', ObservedNamespace)).map((each) => each.name)
    await until(async () => expect(await names()).toEqual(['ml-dev', 'ml-old-dev']))
    await running?.stop()
    cluster.remove(kinds.namespace, 'ml-old-dev')
    observe()
    await until(async () => expect(await names()).toEqual(['ml-dev']))
  })

  it('keeps what is known while the cluster is away, says why it is old, and catches up', async () => {
    start()
    cluster.put(quotaOf('ml-dev', '2'))
    observe()
    await until(async () => expect(await cpuOf('ml-dev')).toBe('2'))
    cluster.down(true)
    await until(async () => expect(await watchProblem(db, 'quota')).toContain('does not answer'))
    cluster.put(quotaOf('ml-dev', '8'))
    cluster.down(false)
    await until(async () => expect(await watchProblem(db, 'quota')).toBeNull())
    await until(async () => expect(await cpuOf('ml-dev')).toBe('8'))
  })

  it('survives an object that nobody can read, next to those that can be', async () => {
    start()
    cluster.put({ ...quotaOf('ml-dev', '2'), status: { hard: ['not', 'a', 'map'] } })
    cluster.put(quotaOf('ml-batch-dev', '1'))
    observe()
    await until(async () => expect(await cpuOf('ml-batch-dev')).toBe('1'))
    expect(await cpuOf('ml-dev')).toBeUndefined()
    cluster.put(quotaOf('ml-dev', '2'))
    await until(async () => expect(await cpuOf('ml-dev')).toBe('2'))
    cluster.put({ ...quotaOf('ml-dev', '2'), status: { hard: 7 } })
    cluster.put(quotaOf('ml-batch-dev', '3'))
    await until(async () => expect(await cpuOf('ml-batch-dev')).toBe('3'))
    expect(await cpuOf('ml-dev')).toBe('2')
  })

  it('holds nothing that the database cannot, and nothing huge', async () => {
    start()
    const message = `nul \u0000 half \ud800 ${'long '.repeat(300_000)}`
    cluster.put(podOf('odd', { phase: 'Pending', message }, { annotations: { note: 'x'.repeat(2 ** 20) } }))
    observe()
    const pod = await until(async () => {
      const [found] = await observedOf(db, 'pod', ObservedPod)
      if (!found) throw new Error('not there yet')
      return found
    })
    expect(pod.data.message).toMatch(/^nul {2}half \ufffd long/)
    expect(pod.data.message?.length).toBeLessThan(5000)
  })

  it('tells in a few fields how a pod fares', async () => {
    start()
    const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' }
    const containerStatuses = [{ ready: false, restartCount: 4, state: { waiting } }]
    cluster.put(podOf('crashing', { phase: 'Running', containerStatuses }))
    observe()
    await until(async () =>
      expect((await observedOf(db, 'pod', ObservedPod))[0]?.data).toMatchObject({
        phase: 'Running',
        ready: 0,
        containers: 1,
        restarts: 4,
        reason: 'CrashLoopBackOff',
        message: 'back-off 10s restarting failed container',
      }),
    )
  })

  it('takes 2,000 objects and their changes at once', async () => {
    start()
    for (let number = 0; number < 2000; number += 1) cluster.put(podOf(`pod-${number}`, { phase: 'Pending' }))
    observe()
    for (let number = 0; number < 2000; number += 1) cluster.put(podOf(`pod-${number}`, { phase: 'Running' }))
    await until(async () => {
      const pods = await observedOf(db, 'pod', ObservedPod)
      expect(pods.filter((each) => each.data.phase === 'Running')).toHaveLength(2000)
    })
  })

  it('is told of each environment by its own cluster alone', async () => {
    start()
    const production = createFakeCluster('production')
    for (const each of [cluster, production]) {
      each.put(namespaceOf('ml-dev', 'dev'))
      each.put(namespaceOf('ml-prod', 'prod'))
    }
    const of = (environment: string): Cluster => (environment === 'prod' ? production : cluster)
    observe({
      of,
      all: [cluster, production],
      environmentsOf: (name) => (name === 'production' ? ['prod'] : ['dev', 'staging']),
      gitops: { cluster: production, namespace: 'argocd' },
    })
    await until(async () => {
      const seen = await observedOf(db, 'namespace', ObservedNamespace)
      expect(seen.map((each) => [each.cluster, each.name])).toEqual([
        ['fake', 'ml-dev'],
        ['production', 'ml-prod'],
      ])
    })
    production.down(true)
    await until(async () => expect(await watchProblem(db, 'namespace', 'production')).not.toBeNull())
    expect(await watchProblem(db, 'namespace', 'fake')).toBeNull()
  })

  it('forgets a cluster that is none of ours any more', async () => {
    start()
    cluster.put(namespaceOf('ml-dev'))
    observe()
    await until(async () => expect(await db.observation.count()).toBe(1))
    await running?.stop()
    const other = createFakeCluster('other')
    gitops = createFakeGitOps('other')
    observe(fakeClusters(other))
    await until(async () => expect(await db.observation.count()).toBe(0))
    await until(async () => expect((await readPulses(db)).map((each) => each.cluster)).not.toContain('fake'))
  })

  it('keeps words of Argo CD’s that nobody has heard of', async () => {
    start()
    gitops.put({ name: 'ml-dev', team: 'ml', sync: 'Pondering', health: 'Enlightened' })
    const { changed } = observe()
    await until(async () =>
      expect((await observedOf(db, 'application', ObservedApplication))[0]?.data).toMatchObject({
        sync: 'Pondering',
        health: 'Enlightened',
      }),
    )
    expect(changed).toEqual(['ml-dev'])
  })

  it('says how each watch fares', async () => {
    start()
    cluster.put(namespaceOf('ml-dev'))
    observe()
    const pulse = async () => (await readPulses(db, 'namespace'))[0]
    await until(async () =>
      expect(await pulse()).toMatchObject({ cluster: 'fake', problem: null, facts: { objects: 1, lists: 1 } }),
    )
    expect((await pulse())?.heardAt?.getTime()).toBeGreaterThan(Date.now() - 60_000)
  })

  it('writes what came while the database was away', async () => {
    start()
    cluster.put(quotaOf('ml-dev', '2'))
    observe()
    await until(async () => expect(await cpuOf('ml-dev')).toBe('2'))
    // A lock that nobody gives back for a while is a database that does not answer.
    const { promise, resolve } = Promise.withResolvers<void>()
    const locked = db.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE "Observation" IN ACCESS EXCLUSIVE MODE`
      resolve()
      await wait(1500)
    })
    await promise
    cluster.put(quotaOf('ml-dev', '3'))
    cluster.put(quotaOf('ml-dev', '5'))
    await locked
    await until(async () => expect(await cpuOf('ml-dev')).toBe('5'))
  })
})
