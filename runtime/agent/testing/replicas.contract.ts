import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeControl, startFakeControl } from '../../testing/fake-control.ts'
import { addOne } from '../../testing/onnx-writer.ts'
import { ensure, type World } from './world.ts'

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 25 })
const leases = ['--lease-namespace', 'modelyard-system', '--lease-seconds', '0.1']

/** How several replicas share one object, on whichever cluster they are given. */
export const replicasContract = (start: () => Promise<World>): void => {
  let world: World
  let second: FakeControl
  beforeEach(async () => {
    world = await start()
    second = await startFakeControl(join(world.folder, 'second.sock'))
    await ensure(world.call, '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'modelyard-system' },
    })
  })
  afterEach(async () => {
    await world.close()
    await second.stop()
  })

  const startBoth = async () => [
    await world.startAgent(leases),
    await world.startAgent([
      ...leases,
      '--replica',
      'two',
      '--control',
      join(world.folder, 'second.sock'),
      '--cache',
      join(world.folder, 'cache-two'),
    ]),
  ]
  const message = async (type: string) =>
    (await world.status('churn')).conditions?.find((entry) => entry.type === type)?.message
  const replicaNames = async () => (await world.status('churn')).replicas?.map((replica) => replica.name).sort()

  describe('two replicas', () => {
    beforeEach(async () => {
      const digest = await world.store(addOne())
      await world.create('churn', { tenant: 'ml', versions: [{ version: '1', modelRef: { digest } }] })
    })

    it('each write their own entry, agree on the conditions, and come to rest', async () => {
      await startBoth()
      await until(async () => expect(await message('Loaded')).toBe('Every version is loaded on 2 of 2 replicas.'))
      expect(await replicaNames()).toEqual(['one', 'two'])
      await until(async () => expect(await message('Ready')).toBe('Version 1 answers on 2 of 2 replicas.'))

      let last = ''
      let same = 0
      await until(async () => {
        const version = (await world.object('churn')).metadata.resourceVersion ?? ''
        same = version === last ? same + 1 : 0
        last = version
        expect(same).toBeGreaterThan(10)
      })
    })

    it('stay ready, but degraded, while one of them cannot load the model', async () => {
      second.outcomes.set('ml-dev.churn:1', { state: 'Failed', message: 'Out of memory.' })
      await startBoth()
      await until(async () => expect(await message('Degraded')).toBe('Version 1: Out of memory.'))
      await until(async () => expect(await message('Ready')).toBe('Version 1 answers on 1 of 2 replicas.'))
      expect(await message('Loaded')).toBe('Every version is loaded on 1 of 2 replicas.')
    })

    it('forget one that leaves', async () => {
      const [, two] = await startBoth()
      await until(async () => expect(await replicaNames()).toEqual(['one', 'two']))
      await two?.stop()
      await until(async () => expect(await replicaNames()).toEqual(['one']))
      await until(async () => expect(await message('Ready')).toBe('Version 1 answers on 1 of 1 replicas.'))
    })
  })

  describe('a replica that died', () => {
    it('is forgotten once its lease has stood still, and its lease with it', async () => {
      const digest = await world.store(addOne())
      await world.create('churn', { tenant: 'ml', versions: [{ version: '1', modelRef: { digest } }] })
      const leasePath = '/apis/coordination.k8s.io/v1/namespaces/modelyard-system/leases'
      const labels = { 'app.kubernetes.io/name': 'modelyard-runtime', 'app.kubernetes.io/component': 'agent' }
      await world.call('POST', leasePath, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'modelyard-agent-dead', labels },
        spec: { holderIdentity: 'dead', renewTime: '2026-01-01T00:00:00.000000Z' },
      })
      const path =
        '/apis/inference.modelyard.dev/v1alpha1/namespaces/ml-dev/inferencemodels/churn/status?fieldManager=modelyard-agent-dead&force=true'
      await world.call(
        'PATCH',
        path,
        {
          apiVersion: 'inference.modelyard.dev/v1alpha1',
          kind: 'InferenceModel',
          metadata: { name: 'churn', namespace: 'ml-dev' },
          status: { replicas: [{ name: 'dead', state: 'Ready', observedGeneration: 1, versions: [] }] },
        },
        'application/apply-patch+yaml',
      )
      await world.startAgent(leases)
      await until(async () => expect(await replicaNames()).toEqual(['dead', 'one']))
      await until(async () => expect(await replicaNames()).toEqual(['one']))
      await until(async () =>
        expect(JSON.stringify(await world.call('GET', leasePath))).not.toContain('modelyard-agent-dead'),
      )
    })
  })
}
