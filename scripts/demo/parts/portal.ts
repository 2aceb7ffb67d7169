import { join } from 'node:path'
import { Client } from 'pg'
import { answers, prepareCluster, serverCommand } from '../../postgres/cluster.ts'
import type { Outputs, Part } from '../../supervisor/part.ts'
import { portalEnvironment } from '../installation/portal-environment.ts'
import { node, type PartsOptions, responds } from './program.ts'

export function portal(options: PartsOptions): Part[] {
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
      after: ['seed', 'introduction', 'prometheus', 'alertmanager'],
      kind: 'service',
      make(outputs) {
        const command = node('server/worker.ts', {}, environment(outputs))
        if (mode === 'production') return command
        return { ...command, args: ['--watch', '--watch-preserve-output', ...command.args] }
      },
    },
    ...(mode === 'production' ? [build] : []),
    {
      name: 'web',
      title: 'Portal',
      after: ['seed', 'runtime', 'prometheus', 'alertmanager', ...(mode === 'production' ? ['build'] : [])],
      kind: 'service',
      async make(outputs) {
        await release('portal')
        const next = join('node_modules', 'next', 'dist', 'bin', 'next')
        const verb = mode === 'production' ? 'start' : 'dev'
        return {
          program: process.execPath,
          args: [next, verb, '--port', String(ports.portal), '--hostname', '127.0.0.1'],
          env: { ...environment(outputs), NEXT_DIST_DIR: '.next', NEXT_TELEMETRY_DISABLED: '1' },
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
  make: () => node('scripts/demo/build/build.ts', {}),
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
