import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { addOne } from '../../testing/onnx-writer.ts'
import { MODELS, startWorld, type World } from '../testing/world.ts'

let world: World
let digest: string
beforeEach(async () => {
  world = await startWorld()
  digest = await world.store(addOne())
})
afterEach(async () => {
  await world.close()
})

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 25 })
const fault = (effect: object, more: object = {}) => world.call('POST', '/sandbox/faults', { effect, ...more })
const create = (name: string) =>
  world.create(name, { tenant: 'ml', versions: [{ version: '1', modelRef: { digest } }] })
const served = () => [...world.control.specs.keys()].sort()

describe('the agent keeps up', () => {
  beforeEach(async () => {
    await create('first')
    await world.startAgent(['--stall-seconds', '1'])
    await until(() => expect(served()).toEqual(['ml-dev.first']))
  })

  it('when the server no longer knows the version it watched from', async () => {
    await fault({ kind: 'expire' })
    await fault({ kind: 'drop' }, { path: 'watch=true', times: 2 })
    await create('second')
    await world.call('DELETE', `${MODELS}/first`)
    await until(() => expect(served()).toEqual(['ml-dev.second']))
  })

  it('when its watch has gone silent', async () => {
    await fault({ kind: 'stall-watch' })
    await create('second')
    await until(() => expect(served()).toEqual(['ml-dev.first', 'ml-dev.second']))
  })

  it('when the server answers with errors for a while, also to its reports', async () => {
    await fault({ kind: 'status', code: 503 }, { times: 3 })
    await fault({ kind: 'status', code: 500 }, { method: 'PATCH', times: 2 })
    await create('second')
      .catch(() => create('second'))
      .catch(() => create('second'))
      .catch(() => create('second'))
    await until(async () => expect((await world.status('second')).conditions?.[0]?.status).toBe('True'))
  })

  it('when fifty objects come, change and go at once', async () => {
    const names = Array.from({ length: 50 }, (_, at) => `model-${at}`)
    await Promise.all(names.map(create))
    await Promise.all(names.slice(0, 25).map((name) => world.call('DELETE', `${MODELS}/${name}`)))
    const limits = { spec: { limits: { concurrency: 7 } } }
    await Promise.all(
      names.slice(25).map((name) => world.call('PATCH', `${MODELS}/${name}`, limits, 'application/merge-patch+json')),
    )
    await until(() =>
      expect(served()).toEqual(['ml-dev.first', ...names.slice(25).map((name) => `ml-dev.${name}`)].sort()),
    )
    await until(() =>
      expect(names.slice(25).every((name) => world.control.specs.get(`ml-dev.${name}`)?.limits.concurrency === 7)).toBe(
        true,
      ),
    )
    await until(async () => expect((await world.status('model-49')).observedGeneration).toBe(2))
  })
})

it('starts before the API server knows the kind, and serves once it does', async () => {
  const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const definition = await world.call('GET', `${crd}/inferencemodels.inference.modelyard.dev`)
  await world.call('DELETE', `${crd}/inferencemodels.inference.modelyard.dev`)
  await world.startAgent()
  const { spec, metadata } = Object(definition)
  await world.call('POST', crd, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: metadata.name },
    spec,
  })
  await create('first')
  await until(() => expect(served()).toEqual(['ml-dev.first']))
})

it('goes on with new credentials once the old ones are no longer taken', async () => {
  await create('first')
  const kubeconfig = join(world.folder, 'rotated')
  const good = await readFile(world.cluster.kubeconfig, 'utf8')
  await writeFile(kubeconfig, good.replace(/token: \S+/, 'token: expired'))
  const agent = await world.startAgent(['--kubeconfig', kubeconfig])
  await until(() => expect(agent.notReady()).toBe('The first list of objects is not in.'))
  await writeFile(kubeconfig, good)
  await until(() => expect(served()).toEqual(['ml-dev.first']))
})
