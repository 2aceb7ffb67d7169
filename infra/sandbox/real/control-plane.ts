import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import type { Toolbox } from './binaries/obtain.ts'
import { freePorts, type Processes, until } from './processes.ts'

export type ControlPlane = { url: string; token: string; kubeconfig: string; client: KubeClient }
export type Account = { name: string; token: string; groups: readonly string[] }

/** etcd, API server, controller manager and scheduler, all on loopback, with RBAC and static tokens. */
export const startControlPlane = async (
  tools: Toolbox,
  processes: Processes,
  state: string,
  { accounts = [], port }: { accounts?: readonly Account[] | undefined; port?: number | undefined } = {},
): Promise<ControlPlane> => {
  const folder = join(state, 'control-plane')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const [etcdPort = 0, peerPort = 0, anyPort = 0] = await freePorts(3)
  const securePort = port ?? anyPort
  const token = await keptOr(join(folder, 'admin-token'), () => randomBytes(24).toString('hex'))
  const keyFile = join(folder, 'service-account.key')
  await keptOr(keyFile, newServiceAccountKey)
  const tokenFile = join(folder, 'tokens.csv')
  const everyone: Account[] = [{ name: 'sandbox-admin', token, groups: ['system:masters'] }, ...accounts]
  const lines = everyone.map(
    (account) => `${account.token},${account.name},${account.name},"${account.groups.join(',')}"`,
  )
  await writeFile(tokenFile, `${lines.join('\n')}\n`, { mode: 0o600 })

  const etcd = [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
    `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
    `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
    '--unsafe-no-fsync',
  ]
  const apiServer = [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${securePort}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    `--service-account-key-file=${keyFile}`,
    `--service-account-signing-key-file=${keyFile}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    `--token-auth-file=${tokenFile}`,
    '--endpoint-reconciler-type=none',
    '--enable-priority-and-fairness=false',
  ]
  processes.start('etcd', tools.path('etcd'), etcd, { foundation: true })
  processes.start('kube-apiserver', tools.path('kube-apiserver'), apiServer, { foundation: true })
  const url = `https://127.0.0.1:${securePort}`
  const certificate = join(folder, 'certificates', 'apiserver.crt')
  await until('the API server’s certificate', 60, async () =>
    (await readFile(certificate, 'utf8')).includes('END CERT'),
  )
  const kubeconfig = join(state, 'kubeconfig')
  const authority = await readFile(certificate)
  await writeFile(kubeconfig, JSON.stringify(kubeconfigFor(url, token, authority), null, 2), { mode: 0o600 })
  const client = KubeClient.fromFile(kubeconfig)
  await until(
    'the API server',
    120,
    async () => isReady(client),
    () => processes.hasEnded('kube-apiserver'),
  )

  processes.start('kube-controller-manager', tools.path('kube-controller-manager'), [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${keyFile}`,
    '--use-service-account-credentials',
    '--leader-elect=false',
    '--secure-port=0',
    '--concurrent-namespace-syncs=10',
  ])
  processes.start('kube-scheduler', tools.path('kube-scheduler'), [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
  ])
  const accountType = await client.discovery.require('v1', 'ServiceAccount')
  await until('the controllers', 120, async () => {
    const accountsInDefault: KubeObject[] = await client.list(accountType, 'default')
    return accountsInDefault.length > 0
  })
  return { url, token, kubeconfig, client }
}

const isReady = async (client: KubeClient): Promise<boolean> => {
  const response = await client.open('GET', '/readyz', { timeoutMilliseconds: 2000 })
  response.resume()
  return response.statusCode === 200
}

/** What an earlier start wrote there, else something new. */
const keptOr = async (file: string, make: () => string): Promise<string> => {
  if (existsSync(file)) return readFile(file, 'utf8')
  const made = make()
  await writeFile(file, made, { mode: 0o600 })
  return made
}

const newServiceAccountKey = (): string => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString()
}

export const kubeconfigFor = (url: string, token: string, authority: Buffer) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'real',
  clusters: [{ name: 'real', cluster: { server: url, 'certificate-authority-data': authority.toString('base64') } }],
  contexts: [{ name: 'real', context: { cluster: 'real', user: 'real' } }],
  users: [{ name: 'real', user: { token } }],
})
