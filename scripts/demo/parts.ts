// Everything that runs in the demo, in `npm run dev` and under the e2e tests: one entry a part.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { inCluster, prepareGitOpsFolder } from '../../infra/sandbox/seed/gitops-folder.ts'
import { answers, prepareCluster, serverCommand } from '../postgres/cluster.ts'
import type { Command, Outputs, Part, Skip } from '../supervisor/part.ts'
import { provideTool } from '../tools/native.ts'
import { type Installation, root } from './installation.ts'
import { alertmanagerConfiguration, writePrometheusConfiguration } from './monitoring.ts'
import { portalEnvironment } from './portal-environment.ts'
import type { HeldPorts } from './ports.ts'

export interface PartsOptions {
  installation: Installation
  release: HeldPorts['release']
  tell: (line: string) => void
  downloads: string
}

export function demoParts(options: PartsOptions): Part[] {
  return [
    ...outsideWorld(options),
    ...introduction(options),
    ...serving(options),
    ...monitoring(options),
    ...portal(options),
  ]
}

/** A program of this repository that prints a ready line. */
function node(script: string, flags: Record<string, string>, env?: Record<string, string>): Command | Skip {
  if (!existsSync(join(root, script))) return { skip: `${script} does not exist` }
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
  return { program: process.execPath, args: [script, ...args], ...(env ? { env } : {}) }
}

function outsideWorld({ installation, release }: PartsOptions): Part[] {
  const { state, ports, secrets, urls } = installation
  return [
    {
      name: 'identity',
      title: 'Identity provider',
      after: [],
      kind: 'service',
      async make() {
        await release('identity')
        return node('infra/sandbox/identity/main.ts', {
          port: String(ports.identity),
          state: join(state, 'identity'),
          'client-id': 'modelyard',
          'client-secret': secrets.oidcClientSecret,
          'redirect-uri': `${urls.portal}/api/auth/callback/oidc`,
          'post-logout-redirect-uri': urls.portal,
        })
      },
    },
    {
      name: 'git',
      title: 'Git host',
      after: [],
      kind: 'service',
      async make() {
        await release('git')
        const seed = join(state, 'gitops-seed')
        await prepareGitOpsFolder(seed, { repositoryUrl: repositoryUrlOf(installation), clusterUrl: inCluster })
        return node('infra/sandbox/git-host/main.ts', {
          port: String(ports.git),
          state: join(state, 'git'),
          'admin-token': secrets.gitToken,
          'webhook-url': `${urls.portal}/api/webhooks/git`,
          'webhook-secret': secrets.gitWebhookSecret,
          seed,
        })
      },
    },
    {
      name: 'cluster',
      title: 'Kubernetes API',
      after: [],
      kind: 'service',
      async make() {
        await release('cluster')
        return node('infra/sandbox/cluster/main.ts', { port: String(ports.cluster), state: join(state, 'cluster') })
      },
    },
    {
      name: 'controllers',
      title: 'Cluster controllers',
      after: ['cluster'],
      kind: 'service',
      make: () => node('infra/sandbox/controllers/main.ts', { kubeconfig: installation.kubeconfig }),
    },
    {
      name: 'gitops',
      title: 'GitOps reconciler',
      after: ['cluster', 'git'],
      kind: 'service',
      make: () =>
        node('infra/sandbox/gitops/main.ts', {
          kubeconfig: installation.kubeconfig,
          'git-base': urls.git,
          state: join(state, 'gitops'),
        }),
    },
  ]
}

const repositoryUrlOf = ({ urls }: Installation) => `${urls.git}/platform/gitops.git`

/** After the controllers that bring Argo CD's kinds: what a platform admin would apply once by kubectl. */
function introduction({ installation }: PartsOptions): Part[] {
  return [
    {
      name: 'introduction',
      title: 'Cluster and repository',
      after: ['gitops'],
      kind: 'task',
      make: () =>
        node('infra/sandbox/seed/main.ts', {
          kubeconfig: installation.kubeconfig,
          'repository-url': repositoryUrlOf(installation),
        }),
    },
  ]
}

function serving({ installation, release }: PartsOptions): Part[] {
  const { state, ports, urls, controlSocket, objectStoreUrl } = installation
  return [
    {
      name: 'runtime',
      title: 'Model runtime',
      after: [],
      kind: 'service',
      async make() {
        await release('runtime')
        return node('runtime/main.ts', {
          port: String(ports.runtime),
          state: join(state, 'runtime'),
          store: objectStoreUrl,
          control: controlSocket,
        })
      },
    },
    {
      name: 'agent',
      title: 'Runtime agent',
      after: ['runtime', 'introduction'],
      kind: 'service',
      make: () =>
        node('runtime/agent/main.ts', {
          kubeconfig: installation.kubeconfig,
          control: controlSocket,
          store: objectStoreUrl,
          cache: join(state, 'runtime', 'cache'),
          'url-base': urls.runtime,
        }),
    },
  ]
}

function monitoring({ installation, release, downloads, tell }: PartsOptions): Part[] {
  const { state, ports, urls } = installation
  return [
    {
      name: 'alertmanager',
      title: 'Alertmanager',
      after: [],
      kind: 'service',
      optional: true,
      async make() {
        const tool = await provideTool('alertmanager', downloads, tell)
        if ('missing' in tool) return { skip: tool.missing }
        await release('alertmanager')
        return {
          program: tool.program,
          args: [
            `--config.file=${alertmanagerConfiguration}`,
            `--storage.path=${join(state, 'alertmanager')}`,
            `--web.listen-address=127.0.0.1:${ports.alertmanager}`,
            '--cluster.listen-address=',
          ],
          answers: () => isOk(`${urls.alertmanager}/-/ready`),
        }
      },
    },
    {
      name: 'prometheus',
      title: 'Prometheus',
      after: [],
      kind: 'service',
      optional: true,
      async make() {
        const tool = await provideTool('prometheus', downloads, tell)
        if ('missing' in tool) return { skip: tool.missing }
        await release('prometheus')
        return {
          program: tool.program,
          args: [
            `--config.file=${writePrometheusConfiguration(installation)}`,
            `--storage.tsdb.path=${join(state, 'prometheus', 'data')}`,
            '--storage.tsdb.retention.time=7d',
            `--web.listen-address=127.0.0.1:${ports.prometheus}`,
          ],
          answers: () => isOk(`${urls.prometheus}/-/ready`),
        }
      },
    },
  ]
}

function portal(options: PartsOptions): Part[] {
  const { installation, release } = options
  const { state, ports, secrets, urls, mode } = installation
  const environment = (outputs: Outputs) => portalEnvironment(installation, outputs)
  return [
    {
      name: 'postgres',
      title: 'PostgreSQL',
      after: [],
      kind: 'service',
      async make() {
        const cluster = await prepareCluster(join(state, 'postgres'), secrets.postgresPassword)
        await release('postgres')
        const { command, args, owner } = serverCommand(cluster, ports.postgres)
        const server = new URL(installation.databaseUrl)
        server.pathname = 'postgres'
        return { program: command, args, owner, stopSignal: 'SIGINT', answers: () => answers(server.href) }
      },
    },
    {
      name: 'migrate',
      title: 'Database migrations',
      after: ['postgres'],
      kind: 'task',
      async make() {
        await createDatabase(installation.databaseUrl)
        return node('server/database/migrate.ts', {}, { DATABASE_URL: installation.databaseUrl })
      },
    },
    {
      name: 'seed',
      title: 'Seed data',
      after: ['migrate'],
      kind: 'task',
      make: (outputs) => node('server/seed/main.ts', {}, environment(outputs)),
    },
    {
      name: 'worker',
      title: 'Worker',
      after: ['seed', 'controllers', 'introduction', 'prometheus', 'alertmanager'],
      kind: 'service',
      make: (outputs) => node('server/worker.ts', {}, environment(outputs)),
    },
    ...(mode === 'production' ? [build] : []),
    {
      name: 'web',
      title: 'Portal',
      after: ['seed', 'runtime', 'prometheus', 'alertmanager', ...(mode === 'production' ? ['build'] : [])],
      kind: 'service',
      async make(outputs) {
        if (!existsSync(join(root, 'app'))) return { skip: 'app does not exist' }
        await release('portal')
        const next = join('node_modules', 'next', 'dist', 'bin', 'next')
        const verb = mode === 'production' ? 'start' : 'dev'
        return {
          program: process.execPath,
          args: [next, verb, '--port', String(ports.portal), '--hostname', '127.0.0.1'],
          env: environment(outputs),
          answers: () => responds(urls.portal),
        }
      },
    },
  ]
}

const build: Part = {
  name: 'build',
  title: 'Production build',
  after: [],
  kind: 'task',
  make: () =>
    existsSync(join(root, 'app'))
      ? { program: process.execPath, args: ['scripts/demo/build.ts'] }
      : { skip: 'app does not exist' },
}

async function createDatabase(url: string): Promise<void> {
  const server = new URL(url)
  const name = server.pathname.slice(1)
  server.pathname = 'postgres'
  const client = new Client({ connectionString: server.href })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}

async function isOk(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.ok,
    () => false,
  )
}

async function responds(url: string): Promise<boolean> {
  return fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) }).then(
    (response) => response.status < 500,
    () => false,
  )
}
