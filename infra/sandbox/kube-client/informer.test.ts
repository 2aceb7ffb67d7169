import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCluster } from '#sandbox/cluster/cluster.ts'
import { type SandboxCluster, startSandboxCluster } from '#sandbox/controllers/testing.ts'
import { Informer } from './informer.ts'
import { KubeClient } from './kube-client.ts'
import type { KubeObject } from './objects.ts'
import { WorkQueue } from './work-queue.ts'

const WAIT = { timeout: 10_000, interval: 20 }
const configMap = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
})

describe('an informer', () => {
  let cluster: SandboxCluster
  let informer: Informer

  beforeEach(async () => {
    cluster = await startSandboxCluster()
    const type = await cluster.client.discovery.require('v1', 'ConfigMap')
    await cluster.client.create(type, configMap('before'))
    informer = new Informer(cluster.client, type)
    await informer.synced
  })
  afterEach(async () => {
    informer.stop()
    await cluster.stop()
  })

  it('holds what was there and follows what comes and goes', async () => {
    expect(informer.get('default', 'before')?.kind).toBe('ConfigMap')
    await cluster.client.create(informer.type, configMap('after'))
    await expect.poll(() => informer.get('default', 'after')?.apiVersion, WAIT).toBe('v1')
    await cluster.client.delete(informer.type, 'default', 'before')
    await expect.poll(() => informer.items.size, WAIT).toBe(1)
  })

  it('takes in what a write answered, but never what is older than it knows', async () => {
    const created = await cluster.client.create(informer.type, configMap('own'))
    informer.accept(created)
    expect(informer.get('default', 'own')).toEqual(created)
    const changed = await cluster.client.merge<KubeObject>(informer.type, 'default', 'own', { data: { a: 'b' } })
    informer.accept(changed)
    informer.accept(created)
    expect(informer.get('default', 'own')).toEqual(changed)
  })
})

describe('an informer that has heard of a deletion', () => {
  it('is not fooled by an answer from before it', async () => {
    const cluster = await startSandboxCluster()
    const informer = new Informer(cluster.client, await cluster.client.discovery.require('v1', 'ConfigMap'))
    const created = await cluster.client.create(informer.type, configMap('ghost'))
    await expect.poll(() => informer.items.has('default/ghost'), WAIT).toBe(true)
    await cluster.client.delete(informer.type, 'default', 'ghost')
    await expect.poll(() => informer.items.has('default/ghost'), WAIT).toBe(false)
    informer.accept(created)
    expect(informer.items.has('default/ghost')).toBe(false)
    informer.stop()
    await cluster.stop()
  })
})

describe('an informer whose server is restarted', () => {
  it('goes on, and has missed nothing', async () => {
    const state = await mkdtemp(join(tmpdir(), 'modelyard-restart-'))
    const first = await startCluster({ state })
    const client = KubeClient.fromFile(first.kubeconfig)
    const informer = new Informer(client, await client.discovery.require('v1', 'ConfigMap'))
    await client.create(informer.type, configMap('kept'))
    await client.create(informer.type, configMap('lost'))
    await expect.poll(() => informer.items.size, WAIT).toBe(2)
    await first.close()
    const second = await startCluster({ state, port: Number(new URL(first.url).port) })
    const other = KubeClient.fromFile(second.kubeconfig)
    await other.delete(informer.type, 'default', 'lost')
    await other.create(informer.type, configMap('new'))
    await expect.poll(() => [...informer.items.keys()].sort(), WAIT).toEqual(['default/kept', 'default/new'])
    informer.stop()
    client.close()
    other.close()
    await second.close()
    await rm(state, { recursive: true, force: true })
  })
})

describe('a work queue', () => {
  it('handles a key once at a time, however often it is asked, and again if asked meanwhile', async () => {
    const gate = Promise.withResolvers<void>()
    let runs = 0
    let atOnce = 0
    let most = 0
    const queue = new WorkQueue(async () => {
      runs += 1
      atOnce += 1
      most = Math.max(most, atOnce)
      await gate.promise
      atOnce -= 1
      return undefined
    })
    for (let times = 0; times < 5; times += 1) queue.add('a')
    await expect.poll(() => runs, WAIT).toBe(1)
    queue.add('a')
    queue.add('a')
    gate.resolve()
    await expect.poll(() => runs, WAIT).toBe(2)
    await queue.stop()
    expect(most).toBe(1)
  })

  it('tries a key again that failed', async () => {
    let tries = 0
    const queue = new WorkQueue(async () => {
      tries += 1
      if (tries < 3) throw new Error('not yet')
      return undefined
    })
    queue.add('a')
    await expect.poll(() => tries, WAIT).toBe(3)
    await queue.stop()
  })
})
