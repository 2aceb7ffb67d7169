/** What there is to ask, by configuration. A part that is not configured is listed with the setting that turns it on. */
import type { Config, Setting } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { Probe } from '../domains/integrations/integrations.ts'
import type { Alerts } from '../ports/alerts.ts'
import type { Clusters } from '../ports/clusters.ts'
import type { GitHost } from '../ports/git-host.ts'
import type { GitOps } from '../ports/gitops/gitops.ts'
import type { InferenceRuntime } from '../ports/inference-runtime.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { ObjectStore } from '../ports/object-store/object-store.ts'
import { clusterProbes } from './probes-of-clusters.ts'
import { webhookFacts } from './webhook.ts'

type Ports = {
  git: GitHost
  clusters: Clusters
  gitops: GitOps
  store: ObjectStore
  runtime: InferenceRuntime
  metrics: Metrics
  alerts: Alerts
}

const plain = (label: string, value: string) => ({ label, value, ok: null })

export function probesOf(config: Config, db: Database, ports: Ports): Probe[] {
  const { git, clusters, gitops, store, runtime, metrics, alerts } = ports
  const missing = (...settings: Setting[]) => settings.filter((name) => config[name] === undefined)
  const gitAccess = config.GIT_APP_ID ? missing('GIT_APP_INSTALLATION_ID', 'GIT_APP_PRIVATE_KEY') : missing('GIT_TOKEN')
  const issuer = config.OIDC_ISSUER
  return [
    { name: 'queue', title: 'The queue', group: 'portal', missing: [], probe: () => queueOf(db) },
    {
      name: 'identity',
      title: 'The identity provider',
      group: 'portal',
      missing: [],
      probe: () => discover(issuer),
    },
    {
      name: 'git',
      title: 'The Git host',
      group: 'delivery',
      missing: [...missing('GIT_API_URL', 'GIT_REPOSITORY'), ...gitAccess],
      async probe() {
        const { version, login, rateLimitRemaining: left } = await git.probe()
        const facts = [
          plain('Repository', config.GIT_REPOSITORY ?? ''),
          plain('Signed in as', login),
          ...(left === null
            ? []
            : [{ label: 'Requests left this hour', value: left.toLocaleString('en-US'), ok: left > 100 }]),
        ]
        return { version, facts }
      },
      check: async () => [...(await git.check()), ...(await webhookFacts(git, config))],
    },
    ...clusterProbes(clusters, gitops),
    {
      name: 'objectStore',
      title: 'The model store',
      group: 'models',
      missing: missing('OBJECT_STORE_URL'),
      probe: () => store.probe(),
      check: () => store.check(),
    },
    {
      name: 'runtime',
      title: 'The inference runtime',
      group: 'models',
      missing: missing('RUNTIME_URL'),
      probe: () => runtime.probe(),
    },
    {
      name: 'prometheus',
      title: 'Prometheus',
      group: 'observability',
      missing: missing('PROMETHEUS_URL'),
      probe: () => metrics.probe(),
    },
    {
      name: 'alertmanager',
      title: 'Alertmanager',
      group: 'observability',
      missing: missing('ALERTMANAGER_URL'),
      probe: () => alerts.probe(),
    },
  ]
}

async function discover(issuer: string) {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(2500) })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`Its discovery document answers ${response.status}.`)
  return { version: null, facts: [plain('Issuer', issuer)] }
}

/** Jobs that wait longer than this say that no worker does them. */
const waitsTooLong = 120

async function queueOf(db: Database) {
  const [row] = await db.$queryRaw<{ waiting: bigint; running: bigint; failed: bigint; oldest: number | null }[]>`
    SELECT count(*) FILTER (WHERE state = 'created' AND start_after <= now()) AS waiting,
      count(*) FILTER (WHERE state = 'active') AS running,
      count(*) FILTER (WHERE state = 'failed') AS failed,
      extract(epoch FROM now() - min(start_after) FILTER (WHERE state = 'created' AND start_after <= now()))::float8
        AS oldest
    FROM pgboss.job`
  const [{ version } = { version: null }] = await db.$queryRaw<{ version: number | null }[]>`
    SELECT version FROM pgboss.version`
  const oldest = Math.round(row?.oldest ?? 0)
  return {
    version: version === null ? null : `schema ${version}`,
    facts: [
      { label: 'Jobs that wait', value: String(row?.waiting ?? 0), ok: null },
      { label: 'Oldest waits', value: `${oldest} seconds`, ok: oldest <= waitsTooLong },
      plain('Jobs under way', String(row?.running ?? 0)),
      plain('Given up in the last day', String(row?.failed ?? 0)),
    ],
  }
}

/** Shared with every test that has no more than a database. */
export const databaseProbe = (db: Database): Probe => ({
  name: 'database',
  title: 'PostgreSQL',
  group: 'portal',
  missing: [],
  async probe() {
    const [row] = await db.$queryRaw<{ version: string; used: number; most: number; bytes: bigint }[]>`
      SELECT current_setting('server_version') AS version,
        (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
        current_setting('max_connections')::int AS most,
        pg_database_size(current_database()) AS bytes`
    if (!row) throw new Error('It answers nothing.')
    const { version, used, most, bytes } = row
    return {
      version: version.split(' ')[0] ?? version,
      facts: [
        { label: 'Connections', value: `${used} of ${most}`, ok: used < most * 0.9 },
        plain('Size', `${(Number(bytes) / 2 ** 20).toFixed(0)} MiB`),
      ],
    }
  },
})
