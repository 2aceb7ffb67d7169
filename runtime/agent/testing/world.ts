/** A cluster, a store, a runtime's control socket and an agent between them, for tests of the agent. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import { type RunningCluster, startCluster } from '#sandbox/cluster/cluster.ts'
import { InferenceModelStatus } from '#server/contracts/inference/inference-model-status.ts'
import { type FakeControl, startFakeControl } from '../../testing/fake-control.ts'
import { type Agent, startAgent } from '../agent.ts'
import { kubernetesClient, loadKubeConfig } from '../kubernetes/client.ts'
import { KubeObject } from '../kubernetes/objects.ts'
import type { Log } from '../log.ts'
import { AgentMetrics } from '../metrics.ts'
import { readOptions } from '../options.ts'

export const MODELS = '/apis/inference.modelyard.dev/v1alpha1/namespaces/ml-dev/inferencemodels'

export type World = {
  folder: string
  cluster: RunningCluster
  control: FakeControl
  call: (method: string, path: string, body?: unknown, type?: string) => Promise<unknown>
  object: (name: string) => Promise<KubeObject>
  status: (name: string) => Promise<InferenceModelStatus>
  store: (bytes: Uint8Array) => Promise<string>
  create: (name: string, spec: object) => Promise<void>
  startAgent: (more?: readonly string[]) => Promise<Agent>
  restartControl: () => Promise<void>
  close: () => Promise<void>
}

const quiet: Log = () => {}

export const startWorld = async (): Promise<World> => {
  const folder = await mkdtemp(join(tmpdir(), 'agent-'))
  const socket = join(folder, 'control.sock')
  const cluster = await startCluster({ state: join(folder, 'cluster') })
  let control = await startFakeControl(socket)
  const agents: Agent[] = []
  await mkdir(join(folder, 'store/sha256'), { recursive: true })

  const call = async (method: string, path: string, body?: unknown, type = 'application/json'): Promise<unknown> => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) }
    const headers = { authorization: `Bearer ${cluster.adminToken}`, 'content-type': type }
    const response = await fetch(new URL(path, cluster.url), { method, headers, ...init })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
    return answer
  }
  const object = async (name: string) => KubeObject.parse(await call('GET', `${MODELS}/${name}`))

  await call(
    'POST',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    parse(await readFile(new URL('../inferencemodel-crd.yaml', import.meta.url), 'utf8')),
  )
  await call('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'ml-dev', labels: { 'modelyard.dev/team': 'ml' } },
  })

  return {
    folder,
    cluster,
    get control() {
      return control
    },
    call,
    object,
    status: async (name) => InferenceModelStatus.parse((await object(name)).status ?? {}),
    store: async (bytes) => {
      const hex = createHash('sha256').update(bytes).digest('hex')
      await writeFile(join(folder, 'store/sha256', hex), bytes)
      return `sha256:${hex}`
    },
    create: async (name, spec) => {
      await call('POST', MODELS, {
        apiVersion: 'inference.modelyard.dev/v1alpha1',
        kind: 'InferenceModel',
        metadata: { name },
        spec,
      })
    },
    startAgent: async (more = []) => {
      const options = readOptions([
        ...['--control', socket, '--store', pathToFileURL(join(folder, 'store')).href],
        ...['--cache', join(folder, 'cache'), '--url-base', 'http://runtime.test', '--replica', 'one'],
        ...['--kubeconfig', cluster.kubeconfig, '--stall-seconds', '20', ...more],
      ])
      const client = kubernetesClient(loadKubeConfig(options.kubeconfig, options.context))
      const agent = await startAgent(options, client, new AgentMetrics(), quiet)
      agents.push(agent)
      return agent
    },
    restartControl: async () => {
      await control.stop()
      control = await startFakeControl(socket)
    },
    close: async () => {
      await Promise.all(agents.map((agent) => agent.stop()))
      await control.stop()
      await cluster.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
