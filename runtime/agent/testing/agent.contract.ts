import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { addOne } from '../../testing/onnx-writer.ts'
import { MODELS, type World } from './world.ts'

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 25 })
const version = (name: string, digest: string, more: object = {}) => ({ version: name, modelRef: { digest }, ...more })

/** What the agent does, on whichever cluster it is given. */
export const agentContract = (start: () => Promise<World>): void => {
  let world: World
  beforeEach(async () => {
    world = await start()
  })
  afterEach(async () => {
    await world.close()
  })
  const condition = async (name: string, type: string) =>
    (await world.status(name)).conditions?.find((entry) => entry.type === type)

  it('fetches what an object names, tells the runtime, and reports it ready', async () => {
    const digest = await world.store(addOne())
    await world.startAgent()
    await world.create('churn', { tenant: 'ml', versions: [version('1', digest)], limits: { concurrency: 3 } })

    await until(async () => expect((await condition('churn', 'Ready'))?.status).toBe('True'))
    expect(world.control.specs.get('ml-dev.churn')).toMatchObject({
      tenant: 'ml',
      limits: { concurrency: 3 },
      versions: [{ version: '1', digest, weight: 100 }],
    })
    expect(await world.status('churn')).toMatchObject({
      observedGeneration: 1,
      url: 'http://runtime.test/v2/models/ml-dev.churn',
      message: 'Version 1 answers on 1 of 1 replicas.',
      replicas: [{ name: 'one', state: 'Ready', observedGeneration: 1, versions: [{ version: '1', state: 'Ready' }] }],
    })
    expect((await condition('churn', 'Loaded'))?.status).toBe('True')
    expect((await condition('churn', 'Degraded'))?.status).toBe('False')
  })

  it('writes nothing and tells nothing once all is as it should be', async () => {
    const digest = await world.store(addOne())
    await world.create('churn', { tenant: 'ml', versions: [version('1', digest)] })
    const first = await world.startAgent()
    await until(async () => expect((await condition('churn', 'Ready'))?.status).toBe('True'))
    await first.stop()
    const before = await world.object('churn')

    await world.startAgent()
    await until(() => expect(world.control.calls).toEqual(['PUT ml-dev.churn', 'PUT ml-dev.churn']))
    await world.create('second', { tenant: 'ml', versions: [version('1', digest)] })
    await until(async () => expect((await condition('second', 'Ready'))?.status).toBe('True'))
    expect((await world.object('churn')).metadata.resourceVersion).toBe(before.metadata.resourceVersion)
  })

  it('takes out what was deleted, also while it was away', async () => {
    const digest = await world.store(addOne())
    await world.create('a', { tenant: 'ml', versions: [version('1', digest)] })
    await world.create('b', { tenant: 'ml', versions: [version('1', digest)] })
    world.control.specs.set('from-a-folder', {
      tenant: 'x',
      versions: [],
      limits: {},
      batching: {},
      monitoring: {},
      pinned: false,
    })
    const first = await world.startAgent()
    await until(() => expect([...world.control.specs.keys()].sort()).toEqual(['from-a-folder', 'ml-dev.a', 'ml-dev.b']))

    await world.call('DELETE', `${MODELS}/a`)
    await until(() => expect([...world.control.specs.keys()].sort()).toEqual(['from-a-folder', 'ml-dev.b']))
    await first.stop()
    await world.call('DELETE', `${MODELS}/b`)
    await world.startAgent()
    await until(() => expect([...world.control.specs.keys()]).toEqual(['from-a-folder']))
  })

  it('tells a runtime that has started afresh everything again', async () => {
    const digest = await world.store(addOne())
    await world.create('churn', { tenant: 'ml', versions: [version('1', digest)] })
    await world.startAgent()
    await until(() => expect(world.control.specs.size).toBe(1))
    await world.restartControl()
    await until(() => expect([...world.control.specs.keys()]).toEqual(['ml-dev.churn']))
  })

  it('follows a runtime that takes its time, and reports what it says', async () => {
    const digest = await world.store(addOne())
    world.control.outcomes.set('ml-dev.churn:1', { state: 'Loading', message: 'Warming up.' })
    await world.startAgent()
    await world.create('churn', { tenant: 'ml', versions: [version('1', digest)] })
    await until(async () =>
      expect((await world.status('churn')).replicas).toMatchObject([{ state: 'Loading', message: 'Warming up.' }]),
    )
    expect((await condition('churn', 'Ready'))?.status).toBe('False')

    world.control.outcomes.set('ml-dev.churn:1', { state: 'Quarantined', message: 'It ended its engine three times.' })
    await until(async () =>
      expect(await condition('churn', 'Degraded')).toMatchObject({ status: 'True', reason: 'Quarantined' }),
    )
    expect((await world.status('churn')).message).toBe('Version 1: It ended its engine three times.')
  })

  it('says of a model that was set aside that it answers on demand', async () => {
    const digest = await world.store(addOne())
    world.control.outcomes.set('ml-dev.churn:1', { state: 'SetAside', message: 'set aside to make room for others' })
    await world.startAgent()
    await world.create('churn', { tenant: 'ml', versions: [version('1', digest)] })
    await until(async () =>
      expect(await condition('churn', 'Ready')).toMatchObject({ status: 'True', reason: 'OnDemand' }),
    )
    expect(await condition('churn', 'Loaded')).toMatchObject({ status: 'False', reason: 'SetAside' })
    expect(await condition('churn', 'Degraded')).toMatchObject({ status: 'False' })
    expect((await world.status('churn')).replicas).toMatchObject([{ state: 'SetAside' }])
  })

  it('keeps serving version 1 and says what is wrong when the bytes of version 2 are not what they should be', async () => {
    const [one, two] = [await world.store(addOne()), `sha256:${'0'.repeat(64)}`]
    await world.create('churn', {
      tenant: 'ml',
      versions: [version('1', one, { weight: 90 }), version('2', two, { weight: 10 })],
    })
    await world.startAgent()
    await until(async () =>
      expect(await condition('churn', 'Degraded')).toMatchObject({ status: 'True', reason: 'FetchFailed' }),
    )
    expect((await condition('churn', 'Ready'))?.status).toBe('True')
    expect((await condition('churn', 'Degraded'))?.message).toContain('the store has no such file')
    expect(world.control.specs.get('ml-dev.churn')?.versions.map((entry) => entry.version)).toEqual(['1'])
  })

  it('refuses an object that names another team', async () => {
    const digest = await world.store(addOne())
    await world.startAgent()
    await world.create('churn', { tenant: 'finance', versions: [version('1', digest)] })
    await until(async () =>
      expect(await condition('churn', 'Degraded')).toMatchObject({ status: 'True', reason: 'TenantMismatch' }),
    )
    expect((await world.status('churn')).message).toBe(
      'spec.tenant is "finance", but the namespace belongs to "ml". Set spec.tenant to "ml".',
    )
    expect(world.control.calls).toEqual([])
  })

  it('leaves namespaces alone that it is not asked to follow', async () => {
    const digest = await world.store(addOne())
    await world.create('churn', { tenant: 'ml', versions: [version('1', digest)] })
    await world.startAgent(['--namespace-selector', 'modelyard.dev/runtime=shared'])
    await world.call(
      'PATCH',
      '/api/v1/namespaces/ml-dev',
      { metadata: { labels: { 'modelyard.dev/runtime': 'shared' } } },
      'application/merge-patch+json',
    )
    await until(() => expect(world.control.calls).toEqual(['PUT ml-dev.churn']))
    await world.call(
      'PATCH',
      '/api/v1/namespaces/ml-dev',
      { metadata: { labels: { 'modelyard.dev/runtime': null } } },
      'application/merge-patch+json',
    )
    await until(() => expect(world.control.specs.size).toBe(0))
    await until(async () => expect((await world.status('churn')).replicas ?? []).toEqual([]))
  })
}
