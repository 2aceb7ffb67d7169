/** What there is to ask, by configuration. A part that is not configured is listed with the setting that turns it on. */
import type { Config, Setting } from '../config.ts'
import type { Probe } from '../domains/integrations/integrations.ts'
import type { Alerts } from '../ports/alerts.ts'
import type { Clusters } from '../ports/clusters.ts'
import type { GitHost } from '../ports/git-host.ts'
import type { InferenceRuntime } from '../ports/inference-runtime.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { ObjectStore } from '../ports/object-store.ts'

type Ports = {
  git: GitHost
  clusters: Clusters
  store: ObjectStore
  runtime: InferenceRuntime
  metrics: Metrics
  alerts: Alerts
}

export function probesOf(config: Config, { git, clusters, store, runtime, metrics, alerts }: Ports): Probe[] {
  const missing = (...settings: Setting[]) => settings.filter((name) => config[name] === undefined)
  const gitAccess = config.GIT_APP_ID ? missing('GIT_APP_INSTALLATION_ID', 'GIT_APP_PRIVATE_KEY') : missing('GIT_TOKEN')
  return [
    { name: 'identity', title: 'The identity provider', missing: [], probe: () => discover(config.OIDC_ISSUER) },
    {
      name: 'git',
      title: 'The Git host',
      missing: [...missing('GIT_API_URL', 'GIT_REPOSITORY'), ...gitAccess],
      async probe() {
        const { version, login, rateLimitRemaining: left } = await git.probe()
        const facts = [
          { label: 'Repository', value: config.GIT_REPOSITORY ?? '', ok: null },
          { label: 'Signed in as', value: login, ok: null },
          ...(left === null ? [] : [{ label: 'Requests left this hour', value: String(left), ok: left > 100 }]),
        ]
        return { version, facts }
      },
    },
    ...(clusters.all.length === 0 ? [noCluster] : []),
    ...clusters.all.map((cluster) => ({
      name: `cluster:${cluster.name}`,
      title: `The cluster ${cluster.name}`,
      missing: [],
      probe: () => cluster.probe(),
    })),
    {
      name: 'objectStore',
      title: 'The model store',
      missing: missing('OBJECT_STORE_URL'),
      probe: () => store.probe(),
    },
    { name: 'runtime', title: 'The inference runtime', missing: missing('RUNTIME_URL'), probe: () => runtime.probe() },
    { name: 'prometheus', title: 'Prometheus', missing: missing('PROMETHEUS_URL'), probe: () => metrics.probe() },
    { name: 'alertmanager', title: 'Alertmanager', missing: missing('ALERTMANAGER_URL'), probe: () => alerts.probe() },
  ]
}

const noCluster: Probe = {
  name: 'cluster',
  title: 'A cluster',
  missing: ['KUBECONFIG'],
  probe: async () => ({ version: null }),
}

async function discover(issuer: string) {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(2500) })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`Its discovery document answers ${response.status}.`)
  return { version: null, facts: [{ label: 'Issuer', value: issuer, ok: null }] }
}
