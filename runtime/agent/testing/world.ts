/** A cluster, a store, a runtime's control socket and an agent between them, for tests of the agent. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { vi } from 'vitest'
import { parse } from 'yaml'
import { startCluster } from '#sandbox/cluster/cluster.ts'
import { InferenceModelStatus } from '#server/contracts/inference/inference-model-status.ts'
import { type FakeControl, startFakeControl } from '../../testing/fake-control.ts'
import { type Agent, startAgent } from '../agent.ts'
import { kubernetesClient, loadKubeConfig } from '../kubernetes/client.ts'
import { KubeObject } from '../kubernetes/objects.ts'
import { readOptions } from '../options.ts'
import type { Log } from '../reporting/log.ts'
import { AgentMetrics } from '../reporting/metrics.ts'

export const MODELS = '/apis/inference.modelyard.dev/v1alpha1/namespaces/ml-dev/inferencemodels'

/** As the administrator. */
type Call = (method: string, path: string, body?: unknown, type?: string) => Promise<unknown>

export type World = {
  folder: string
  cluster: TestCluster
  control: FakeControl
  call: Call
  object: (name: string) => Promise<KubeObject>
  status: (name: string) => Promise<InferenceModelStatus>
  store: (bytes: Uint8Array) => Promise<string>
  create: (name: string, spec: object) => Promise<void>
  startAgent: (more?: readonly string[]) => Promise<Agent>
  restartControl: () => Promise<void>
  close: () => Promise<void>
}

const quiet: Log = () => {}

export type TestCluster = { kubeconfig: string; close: () => Promise<void> }

/** The sandbox's cluster, or any other that is given. */
export const startWorld = async (given?: TestCluster): Promise<World> => {
  const folder = await mkdtemp(join(tmpdir(), 'agent-'))
  const socket = join(folder, 'control.sock')
  const cluster = given ?? (await startCluster({ state: join(folder, 'cluster') }))
  let control = await startFakeControl(socket)
  const agents: Agent[] = []
  await mkdir(join(folder, 'store/sha256'), { recursive: true })

  const call = callerOf(cluster.kubeconfig)
  const object = async (name: string) => KubeObject.parse(await call('GET', `${MODELS}/${name}`))

  await ensure(call, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', await definition())
  await ensure(call, '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'ml-dev', labels: { 'modelyard.dev/team': 'ml' } },
  })
  // A kind is served a moment after it was defined.
  await vi.waitFor(() => call('GET', MODELS), { timeout: 10_000, interval: 50 })

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
      const client = kubernetesClient(() => loadKubeConfig(options.kubeconfig, options.context))
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
      if (given) await call('DELETE', MODELS)
      await cluster.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const definition = async (): Promise<unknown> =>
  parse(await readFile(new URL('../inferencemodel-crd.yaml', import.meta.url), 'utf8'))

export class CallError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export const ensure = async (call: Call, path: string, object: unknown): Promise<void> => {
  await call('POST', path, object).catch((error: unknown) => {
    if (!(error instanceof CallError && error.code === 409)) throw error // a given cluster may have it already
  })
}

const callerOf = (kubeconfig: string): Call => {
  const config = loadKubeConfig(kubeconfig, undefined)
  const base = config.getCurrentCluster()?.server
  return async (method, path, body, type = 'application/json') => {
    const url = new URL(path, base)
    const options: RequestOptions = { method, headers: { 'content-type': type } }
    await config.applyToHTTPSOptions(options)
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const open = url.protocol === 'http:' ? httpRequest : httpsRequest
      open(url, options, resolve)
        .once('error', reject)
        .end(body === undefined ? undefined : JSON.stringify(body))
    })
    const answer = await text(response)
    const code = response.statusCode ?? 0
    if (code >= 400) throw new CallError(code, `${method} ${path}: ${answer}`)
    return JSON.parse(answer)
  }
}
