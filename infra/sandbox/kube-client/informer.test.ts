import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxCluster, startSandboxCluster } from '#sandbox/controllers/testing.ts'
import { Informer } from './informer.ts'
import type { KubeObject } from './objects.ts'
import { WorkQueue } from './work-queue.ts'

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
    await expect.poll(() => informer.get('default', 'after')?.apiVersion).toBe('v1')
    await cluster.client.delete(informer.type, 'default', 'before')
    await expect.poll(() => informer.items.size).toBe(1)
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
    await expect.poll(() => runs).toBe(1)
    queue.add('a')
    queue.add('a')
    gate.resolve()
    await expect.poll(() => runs).toBe(2)
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
    await expect.poll(() => tries).toBe(3)
    await queue.stop()
  })
})
