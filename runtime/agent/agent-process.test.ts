import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import { integerAttribute, model, node, value } from '../testing/onnx-writer.ts'
import { type Running, startProcess } from '../testing/processes.ts'
import { MODELS, startWorld, type World } from './testing/world.ts'

let world: World
let running: Running[]
beforeEach(async () => {
  world = await startWorld()
  running = []
})
afterEach(async () => {
  await Promise.all(running.map((one) => one.kill('SIGKILL')))
  await world.close()
})

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 90_000, interval: 50 })
const start = async (module: 'agent/main.ts' | 'main.ts', args: readonly string[]): Promise<Running> => {
  const one = await startProcess(module, args)
  running.push(one)
  return one
}
const socket = () => join(world.folder, 'runtime.sock')
const startRuntime = () =>
  start('main.ts', ['--state', join(world.folder, 'runtime'), '--control', socket(), '--port', '0'])
const startAgent = (more: readonly string[] = []) =>
  start('agent/main.ts', [
    ...[
      '--kubeconfig',
      world.cluster.kubeconfig,
      '--control',
      socket(),
      '--store',
      pathToFileURL(join(world.folder, 'store')).href,
    ],
    ...['--cache', join(world.folder, 'agent'), '--url-base', 'http://runtime.test', '--replica', 'one', ...more],
  ])
const sample = async (name: string) =>
  await world.store(await readFile(new URL(`../samples/${name}/model.onnx`, import.meta.url)))
const condition = async (name: string, type: string) =>
  (await world.status(name)).conditions?.find((entry) => entry.type === type)
// Compared as a whole, so that a wait in vain shows what the runtime said.
const loaded = { conditions: expect.arrayContaining([expect.objectContaining({ type: 'Loaded', status: 'True' })]) }
const untilLoaded = (name: string) => until(async () => expect(await world.status(name)).toMatchObject(loaded))
const spec = (...digests: string[]) => ({
  tenant: 'ml',
  versions: digests.map((digest, at) => ({ version: `${at + 1}`, modelRef: { digest } })),
})
const iris = { inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] }] }
const ask = async (runtime: Running, name: string): Promise<unknown> => {
  const response = await fetch(`${runtime.url}/v2/models/${name}/infer`, { method: 'POST', body: JSON.stringify(iris) })
  return await response.json()
}
const Index = z.array(z.object({ name: z.string() }))
const servedBy = async (runtime: Running): Promise<string[]> => {
  const response = await fetch(`${runtime.url}/v2/repository/index`, { method: 'POST', body: '{}' })
  return [...new Set(Index.parse(await response.json()).map((entry) => entry.name))]
}
const Answer = z.object({ outputs: z.array(z.object({ name: z.string(), data: z.array(z.unknown()) })) })
const labelOf = (answer: unknown) => Answer.parse(answer).outputs.find((output) => output.name === 'label')?.data[0]

describe('an agent with its runtime', () => {
  it('serves what an object asks for, and goes on after either was killed', { timeout: 300_000 }, async () => {
    await world.create('iris', spec(await sample('iris/1'), await sample('iris/2')))
    let runtime = await startRuntime()
    let agent = await startAgent()
    await untilLoaded('iris')
    expect(labelOf(await ask(runtime, 'ml-dev.iris'))).toBe('setosa')

    await runtime.kill('SIGKILL')
    runtime = await startRuntime()
    await until(async () => expect(labelOf(await ask(runtime, 'ml-dev.iris'))).toBe('setosa'))

    await agent.kill('SIGKILL')
    await world.call('DELETE', `${MODELS}/iris`)
    agent = await startAgent()
    await until(async () => expect(await ask(runtime, 'ml-dev.iris')).toHaveProperty('error'))
    await agent.kill('SIGTERM')
    expect(agent.child.exitCode).toBe(0)
  })

  it('comes to the same end however often it is killed on the way', { timeout: 300_000 }, async () => {
    const [one, two] = [await sample('iris/1'), await sample('iris/2')]
    const runtime = await startRuntime()
    // Killed at another point each time: when it has seen nothing, has told the runtime, has said so in the status.
    const reached = [
      async () => true,
      async () => (await servedBy(runtime)).includes('ml-dev.iris-1'),
      async () => (await world.status('iris-2')).observedGeneration === 1,
    ]
    for (const [round, point] of reached.entries()) {
      const agent = await startAgent()
      await world.create(`iris-${round}`, spec(one, two))
      if (round > 0) await world.call('DELETE', `${MODELS}/iris-${round - 1}`)
      await until(async () => expect(await point()).toBe(true))
      await agent.kill('SIGKILL')
    }
    await startAgent()
    await untilLoaded('iris-2')
    await until(async () => expect(await servedBy(runtime)).toEqual(['ml-dev.iris-2']))
  })

  it('reports a model that kills whoever loads it, and goes on serving its neighbour', {
    timeout: 300_000,
  }, async () => {
    const hostile = model({
      nodes: [node('DepthToSpace', ['x'], ['y'], [integerAttribute('blocksize', 2n ** 32n)])],
      inputs: [value('x', 'float', [1, 4, 2, 2])],
      outputs: [value('y', 'float')],
    })
    await world.create('iris', spec(await sample('iris/1')))
    await world.create('hostile', spec(await world.store(hostile)))
    await world.create('text', spec(await world.store(Buffer.from('no model at all'))))
    const runtime = await startRuntime()
    await startAgent()
    await until(async () =>
      expect(await condition('hostile', 'Degraded')).toMatchObject({ status: 'True', reason: 'LoadFailed' }),
    )
    await until(async () => expect((await condition('text', 'Degraded'))?.message).toContain('not an ONNX model'))
    await until(async () => expect(labelOf(await ask(runtime, 'ml-dev.iris'))).toBe('setosa'))
  })
})

describe('an agent with nothing but the rights it comes with', () => {
  it('does all its work', { timeout: 300_000 }, async () => {
    await world.call('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'modelyard-system' },
    })
    const paths: Record<string, string> = {
      ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
      ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
      Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/modelyard-system/roles',
      RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/modelyard-system/rolebindings',
      ServiceAccount: '/api/v1/namespaces/modelyard-system/serviceaccounts',
    }
    const documents = parseAllDocuments(await readFile(new URL('./rbac.yaml', import.meta.url), 'utf8')).map(
      (document) => Object(document.toJS()),
    )
    for (const object of documents) await world.call('POST', paths[object.kind] ?? '', object)
    const answer = await world.call('POST', `${paths.ServiceAccount}/modelyard-runtime/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    })
    const { token } = z.object({ status: z.object({ token: z.string() }) }).parse(answer).status

    const admin = await readFile(world.cluster.kubeconfig, 'utf8')
    const config = Object(parseAllDocuments(admin)[0]?.toJS())
    config.users[0].user = { token }
    await mkdir(join(world.folder, 'limited'))
    await writeFile(join(world.folder, 'limited/kubeconfig'), stringify(config))

    await startRuntime()
    await startAgent([
      '--kubeconfig',
      join(world.folder, 'limited/kubeconfig'),
      '--lease-namespace',
      'modelyard-system',
      '--lease-seconds',
      '0.5',
    ])
    await world.create('iris', spec(await sample('iris/1')))
    await untilLoaded('iris')
    await until(async () =>
      expect(
        JSON.stringify(await world.call('GET', '/apis/coordination.k8s.io/v1/namespaces/modelyard-system/leases')),
      ).toContain('modelyard-agent-one'),
    )
    await world.call('DELETE', `${MODELS}/iris`)
  })
})
