import { execFile, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { writeKubeconfig } from '../kubeconfig.ts'
import {
  configMap,
  deployment,
  newCluster,
  type TestCluster,
  temporaryState,
  widget,
  widgetDefinition,
} from './running-cluster.ts'

const run = promisify(execFile)

const configOf = (cluster: TestCluster) => {
  const config = new KubeConfig()
  config.loadFromFile(cluster.kubeconfig)
  return config
}

describe.each([
  ['plain HTTP', false],
  ['TLS', true],
])('client-node over %s', (_name, tls) => {
  it('reads, writes and watches', async () => {
    const cluster = await newCluster({ tls })
    const config = configOf(cluster)
    const core = config.makeApiClient(CoreV1Api)
    const apps = config.makeApiClient(AppsV1Api)
    const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', () =>
      core.listNamespacedConfigMap({ namespace: 'default' }),
    )
    const seen = new Promise((resolve) =>
      informer.on('add', (found) => found.metadata?.name === 'a' && resolve(found.data)),
    )
    await informer.start()
    onTestFinished(() => informer.stop())
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'a' }, data: { x: '1' } } })
    expect(await seen).toEqual({ x: '1' })

    const applied = await apps.patchNamespacedDeployment(
      { namespace: 'default', name: 'web', body: deployment('web'), fieldManager: 'portal', force: true },
      setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
    )
    expect(applied.spec?.replicas).toBe(1)
    await expect(core.readNamespacedConfigMap({ namespace: 'default', name: 'b' })).rejects.toMatchObject({ code: 404 })
  })
})

describe('the process', () => {
  const start = async (state: string) => {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url))
    const child = spawn(process.execPath, [main, '--state', state, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ready = await new Promise<{ url: string; kubeconfig: string }>((resolve) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)))
    })
    const config = new KubeConfig()
    config.loadFromFile(ready.kubeconfig)
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    return { child, ended, core: config.makeApiClient(CoreV1Api) }
  }

  it('loses nothing it has answered when it is killed, and stops when asked', async () => {
    const state = temporaryState()
    const first = await start(state)
    const names = Array.from({ length: 200 }, (_, index) => `map-${index}`)
    const answered: string[] = []
    const writes = names.map(async (name) => {
      await first.core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name } } })
      answered.push(name)
      if (answered.length === 50) first.child.kill('SIGKILL')
    })
    await Promise.allSettled(writes)
    const second = await start(state)
    const { items } = await second.core.listNamespacedConfigMap({ namespace: 'default' })
    const kept = new Set(items.map((item) => item.metadata?.name))
    expect(answered.filter((name) => !kept.has(name))).toEqual([])
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
  })
})

const kubectlVersion = await run('kubectl', ['version', '--client']).then(
  ({ stdout }) => stdout,
  () => undefined,
)
if (!kubectlVersion) console.log('kubectl is not installed: its tests do not run')

describe.runIf(kubectlVersion)('kubectl', () => {
  async function withKubectl() {
    const cluster = await newCluster({ tls: true })
    const kubectl = async (...args: string[]) => {
      const { stdout, stderr } = await run('kubectl', [
        '--kubeconfig',
        cluster.kubeconfig,
        '--cache-dir',
        join(cluster.state, 'cache'),
        ...args,
      ])
      return `${stdout}${stderr}`
    }
    const file = (...objects: object[]) => {
      const path = join(cluster.state, 'objects.yaml')
      writeFileSync(path, objects.map((one) => stringify(one)).join('---\n'))
      return path
    }
    return { cluster, kubectl, file }
  }

  it('creates, applies, scales, patches, describes and deletes', async () => {
    const { kubectl, file } = await withKubectl()
    expect(await kubectl('create', 'namespace', 'ml-dev')).toContain('namespace/ml-dev created')
    const objects = file(deployment('web'), configMap('settings', { a: '1' }))
    expect(await kubectl('apply', '-n', 'ml-dev', '-f', objects)).toContain('deployment.apps/web created')
    expect(await kubectl('apply', '-n', 'ml-dev', '-f', objects)).toContain('deployment.apps/web unchanged')
    expect(await kubectl('apply', '-n', 'ml-dev', '--server-side', '-f', objects)).toContain(
      'deployment.apps/web serverside-applied',
    )
    expect(await kubectl('scale', '-n', 'ml-dev', 'deployment/web', '--replicas=3')).toContain('scaled')
    expect(await kubectl('get', '-n', 'ml-dev', 'deployments')).toMatch(/web\s+0\/3\s+0\s+0/)
    expect(await kubectl('set', 'image', '-n', 'ml-dev', 'deployment/web', 'main=registry.example/app:2')).toContain(
      'image updated',
    )
    expect(await kubectl('describe', '-n', 'ml-dev', 'deployment/web')).toContain('registry.example/app:2')
    expect(await kubectl('diff', '-n', 'ml-dev', '-f', file(configMap('settings', { a: '1' })))).toBe('')
    expect(await kubectl('explain', 'deployment.spec.replicas')).toContain('<integer>')
    expect(await kubectl('delete', '-n', 'ml-dev', 'deployment/web')).toContain('deleted')
    await expect(kubectl('get', '-n', 'ml-dev', 'deployment/web')).rejects.toThrow('deployments.apps "web" not found')
  })

  it('refuses what Kubernetes refuses before it sends it on', async () => {
    const { kubectl, file } = await withKubectl()
    await expect(kubectl('apply', '-f', file(deployment('web', { replica: 2 })))).rejects.toThrow(
      'unknown field "spec.replica"',
    )
  })

  it('works with custom resources', async () => {
    const { kubectl, file } = await withKubectl()
    await kubectl('apply', '-f', file(widgetDefinition))
    await kubectl('apply', '-f', file(widget('one', { size: 3 })))
    expect(await kubectl('get', 'wd')).toMatch(/NAME\s+SIZE\s+READY\none\s+3/)
    expect(await kubectl('explain', 'widget.spec.size')).toContain('<integer>')
  })

  it('asks who may do what, as others too', async () => {
    const { cluster, kubectl } = await withKubectl()
    await kubectl('create', 'role', 'reader', '--verb=get,list', '--resource=pods')
    await kubectl('create', 'rolebinding', 'reader', '--role=reader', '--user=viewer')
    const token = cluster.addUser('viewer')
    const own = join(cluster.state, 'viewer.kubeconfig')
    writeKubeconfig(own, {
      url: cluster.url,
      user: 'viewer',
      token,
      ...(cluster.certificate ? { certificate: cluster.certificate } : {}),
    })
    const asViewer = (...args: string[]) =>
      run('kubectl', ['--kubeconfig', own, '--cache-dir', join(cluster.state, 'cache'), ...args])
    expect((await asViewer('auth', 'can-i', 'list', 'pods')).stdout).toBe('yes\n')
    await expect(asViewer('auth', 'can-i', 'create', 'pods')).rejects.toMatchObject({ stdout: 'no\n' })
    expect(await kubectl('auth', 'can-i', 'get', 'pods', '--as=viewer')).toBe('yes\n')
  })
})
