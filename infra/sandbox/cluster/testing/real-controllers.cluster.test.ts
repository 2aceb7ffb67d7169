import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { obtain } from '#sandbox/real/binaries/obtain.ts'
import { Processes, until } from '#sandbox/real/processes.ts'
import { at, type JsonObject, nameOf, objects, text } from '../json.ts'
import { deployment, newCluster } from './running-cluster.ts'

const controllers = 'deployment,replicaset,namespace,serviceaccount,garbagecollector,resourcequota'
const base = '/api/v1/namespaces/team'

/** Kubernetes' own controllers, which know nothing of whose API server they talk to. */
async function withRealControllers(): Promise<KubeClient> {
  const tools = await obtain((message) => console.error(message))
  const cluster = await newCluster({ tls: true })
  const processes = new Processes(join(cluster.state, 'logs'))
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = join(cluster.state, 'controllers.key')
  writeFileSync(key, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 })
  processes.start('kube-controller-manager', tools.path('kube-controller-manager'), [
    `--kubeconfig=${cluster.kubeconfig}`,
    `--service-account-private-key-file=${key}`,
    `--controllers=${controllers}`,
    '--leader-elect=true',
    '--secure-port=0',
  ])
  onTestFinished(() => processes.stop())
  return KubeClient.fromFile(cluster.kubeconfig)
}

describe('Kubernetes’ own controllers on the sandbox', () => {
  it('make pods, keep to a quota, and clear a namespace away', async () => {
    const client = await withRealControllers()
    const send = (method: string, path: string, body?: JsonObject) =>
      client.send<JsonObject>(method, path, body ? { body } : {})
    const list = async (path: string): Promise<JsonObject[]> => objects((await send('GET', path)).items)
    await send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
    await until('the default account', 60, async () =>
      (await list(`${base}/serviceaccounts`)).some((one) => nameOf(one) === 'default'),
    )
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { pods: '3' } } }
    await send('POST', `${base}/resourcequotas`, quota)
    await until(
      'the quota',
      30,
      async () => at((await list(`${base}/resourcequotas`))[0], 'status', 'hard', 'pods') === '3',
    )

    await send('POST', '/apis/apps/v1/namespaces/team/deployments', deployment('web', { replicas: 5 }))
    await until('three pods', 30, async () => (await list(`${base}/pods`)).length === 3)
    await until('the reason for no more', 30, async () => {
      const events = await list(`${base}/events`)
      return events.some((event) =>
        /is forbidden: exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3/.test(text(event.message)),
      )
    })

    await send('DELETE', '/apis/apps/v1/namespaces/team/deployments/web', { propagationPolicy: 'Foreground' })
    await until('no pods', 30, async () => (await list(`${base}/pods`)).length === 0)
    await send('DELETE', '/api/v1/namespaces/team')
    await until(
      'no namespace',
      60,
      async () => !(await list('/api/v1/namespaces')).some((one) => nameOf(one) === 'team'),
    )
    expect(await list('/apis/apps/v1/replicasets')).toEqual([])
  })
})
