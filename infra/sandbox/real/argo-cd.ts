import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import type { Toolbox } from './binaries/obtain.ts'
import { DATA_SETS } from './binaries/tools.ts'
import type { ControlPlane } from './control-plane.ts'
import { freePorts, type Processes, until } from './processes.ts'

export type GitSource = { baseUrl: string; token?: string }

/** Argo CD's repository server, application controller and ApplicationSet controller, with the sandbox's Git host as source. */
export const startArgoCd = async (
  tools: Toolbox,
  processes: Processes,
  plane: ControlPlane,
  state: string,
  git: GitSource | undefined,
): Promise<void> => {
  await installObjects(tools, plane, git)
  const [redisPort = 0, repoPort = 0, ...spare] = await freePorts(7)
  const [repoMetrics = 0, appMetrics = 0, setMetrics = 0, setProbe = 0, setWebhook = 0] = spare
  const folder = join(state, 'argo-cd')
  const gnupg = join(folder, 'gnupg')
  await mkdir(gnupg, { recursive: true, mode: 0o700 })
  const redis = `127.0.0.1:${redisPort}`
  const repoServer = `127.0.0.1:${repoPort}`
  const wrappers = dirname(tools.file('argocd-files', 'hack/gpg-wrapper.sh'))
  const common = {
    KUBECONFIG: plane.kubeconfig,
    // `https://kubernetes.default.svc` is the cluster of this kubeconfig, as it would be from within.
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GNUPGHOME: gnupg,
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_ASK_PASS_SOCK: join(folder, 'ask-pass.sock'),
    // What a cluster's network would put behind names, loopback ports are here.
    NO_PROXY: '127.0.0.1,localhost',
    TMPDIR: folder,
    PATH: `${wrappers}:${process.env.PATH ?? ''}`,
  }
  const role = (name: string) => ({ ...common, ARGOCD_BINARY_NAME: name })
  const argocd = tools.path('argocd')

  processes.start('redis', tools.path('redis-server'), [
    ...['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
  ])
  processes.start(
    'argocd-repo-server',
    argocd,
    [
      `--redis=${redis}`,
      '--address=127.0.0.1',
      `--port=${repoPort}`,
      '--metrics-address=127.0.0.1',
      `--metrics-port=${repoMetrics}`,
      '--disable-tls',
      '--client-ca-path=',
      '--revision-cache-expiration=3s',
    ],
    { env: role('argocd-repo-server') },
  )
  processes.start(
    'argocd-application-controller',
    argocd,
    [
      ...['--namespace=argocd', `--kubeconfig=${plane.kubeconfig}`, `--redis=${redis}`, '--logformat=json'],
      ...[`--repo-server=${repoServer}`, '--repo-server-plaintext', `--metrics-port=${appMetrics}`],
      ...[
        '--app-resync=10',
        '--app-resync-jitter=0',
        '--self-heal-timeout-seconds=1',
        '--repo-error-grace-period-seconds=0',
      ],
      // Argo CD keeps each resource's health out of the object unless asked; the portal shows it from there.
      '--persist-resource-health',
    ],
    { env: role('argocd-application-controller') },
  )
  processes.start(
    'argocd-applicationset-controller',
    argocd,
    [
      ...['--namespace=argocd', `--kubeconfig=${plane.kubeconfig}`, '--enable-leader-election=false'],
      ...[`--argocd-repo-server=${repoServer}`, '--repo-server-plaintext', '--repo-server-timeout-seconds=60'],
      ...[`--metrics-addr=127.0.0.1:${setMetrics}`, `--probe-addr=127.0.0.1:${setProbe}`],
      `--webhook-addr=127.0.0.1:${setWebhook}`,
    ],
    { env: role('argocd-applicationset-controller') },
  )
  const answers = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).ok
  const lost = () => processes.hasEnded()
  await until('Argo CD’s repository server', 120, () => answers(repoMetrics, '/healthz?full=true'), lost)
  await until('Argo CD’s application controller', 120, () => answers(appMetrics, '/healthz'), lost)
  await until('Argo CD’s ApplicationSet controller', 120, () => answers(setMetrics, '/metrics'), lost)
}

const installObjects = async (tools: Toolbox, plane: ControlPlane, git: GitSource | undefined): Promise<void> => {
  const { client } = plane
  const apply = async (object: KubeObject) =>
    client.apply(await client.discovery.require(object.apiVersion, object.kind), object, {
      manager: 'modelyard-sandbox',
      force: true,
    })
  const definitions = DATA_SETS.find((set) => set.name === 'argocd-files')?.files.filter((file) =>
    file.includes('crds/'),
  )
  for (const file of definitions ?? []) {
    const object: KubeObject = parse(await readFile(tools.file('argocd-files', file), 'utf8'))
    await apply(object)
  }
  const health = await readFile(join(import.meta.dirname, 'inference-model-health.lua'), 'utf8')
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } })
  for (const object of settings(plane, health, git)) await apply(object)
  await until('Argo CD’s custom resources', 60, async () => {
    const type = await client.discovery.find('argoproj.io/v1alpha1', 'AppProject')
    if (!type) return false
    await apply(defaultProject)
    return true
  })
}

const part = { 'app.kubernetes.io/part-of': 'argocd' }
const inArgoCd = (name: string, labels: Record<string, string> = {}) => ({
  name,
  namespace: 'argocd',
  labels: { ...part, ...labels },
})

const defaultProject: KubeObject = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name: 'default', namespace: 'argocd' },
  spec: {
    sourceRepos: ['*'],
    destinations: [{ namespace: '*', server: '*' }],
    clusterResourceWhitelist: [{ group: '*', kind: '*' }],
  },
}

const settings = (plane: ControlPlane, health: string, git: GitSource | undefined): KubeObject[] => {
  const configMap = (name: string, data: Record<string, string> = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: inArgoCd(name),
    data,
  })
  const secret = (name: string, labels: Record<string, string>, stringData: Record<string, string>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: inArgoCd(name, labels),
    stringData,
  })
  return [
    configMap('argocd-cm', {
      'application.resourceTrackingMethod': 'annotation',
      'resource.customizations.health.inference.modelyard.dev_InferenceModel': health,
    }),
    // What the controller is told by flags above, said where whoever looks would look.
    configMap('argocd-cmd-params-cm', {
      'controller.resource.health.persist': 'true',
      'controller.repo.error.grace.period.seconds': '0',
    }),
    ...['argocd-rbac-cm', 'argocd-ssh-known-hosts-cm', 'argocd-tls-certs-cm'].map((name) => configMap(name)),
    secret('argocd-secret', {}, { 'server.secretkey': 'only-signs-sessions-of-a-server-that-is-not-started' }),
    secret(
      'cluster-real',
      { 'argocd.argoproj.io/secret-type': 'cluster' },
      {
        name: 'real',
        server: plane.url,
        config: JSON.stringify({ bearerToken: plane.token, tlsClientConfig: { insecure: true } }),
      },
    ),
    ...(git?.token
      ? [
          secret(
            'git-host',
            { 'argocd.argoproj.io/secret-type': 'repo-creds' },
            { type: 'git', url: git.baseUrl, username: 'x-access-token', password: git.token },
          ),
        ]
      : []),
  ]
}
