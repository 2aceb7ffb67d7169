/** The one place that knows every adapter: from a configuration to services. */
import { absent } from './adapters/absent.ts'
import { createAlertmanager } from './adapters/alertmanager/alertmanager.ts'
import { createFileStore } from './adapters/files/files.ts'
import { createOnnxValidator } from './adapters/onnx/validator.ts'
import { createOpenInference } from './adapters/open-inference/open-inference.ts'
import { createPrometheus } from './adapters/prometheus/prometheus.ts'
import { createS3Store } from './adapters/s3/s3.ts'
import { type Config, readConfig, secretsOf } from './config.ts'
import { createDatabase } from './database/database.ts'
import { createDelivery } from './domains/delivery/delivery.ts'
import { createDeployments } from './domains/deployments/deployments.ts'
import { createGitAccounts } from './domains/git-accounts/git-accounts.ts'
import { createModels, createUploads } from './domains/models/models.ts'
import { createNamespaces } from './domains/namespaces/namespaces.ts'
import { createObservability } from './domains/observability/observability.ts'
import { createPlayground } from './domains/playground/playground.ts'
import { createPolicy } from './domains/policy/policy.ts'
import { createAdvance, createRequests } from './domains/requests/requests.ts'
import { createFoundation } from './foundation.ts'
import { createQueue } from './jobs/queue.ts'
import { advanceRequest, closeChange, requestJobs } from './jobs/request-jobs.ts'
import { checkUpload } from './jobs/upload-jobs.ts'
import { createLog } from './logging/log.ts'
import type { Alerts } from './ports/alerts.ts'
import { systemClock } from './ports/clock.ts'
import type { InferenceRuntime } from './ports/inference-runtime.ts'
import type { Metrics } from './ports/metrics.ts'
import type { ObjectStore } from './ports/object-store/object-store.ts'
import { readObjectStoreUrl } from './ports/object-store/object-store-url.ts'
import { clustersOf, gitOpsOf } from './wiring/clusters.ts'
import { gitHostOf, gitSignInOf, gitWebUrlOf } from './wiring/git-host.ts'
import { probesOf } from './wiring/probes.ts'

function objectStore(config: Config): ObjectStore {
  if (!config.OBJECT_STORE_URL) return absent('object_store', 'The model store', 'OBJECT_STORE_URL')
  const place = readObjectStoreUrl(config.OBJECT_STORE_URL)
  return place.kind === 's3' ? createS3Store(place) : createFileStore(place.folder)
}

function inferenceRuntime(config: Config): InferenceRuntime {
  const url = config.RUNTIME_URL
  return url
    ? createOpenInference(url, config.RUNTIME_PUBLIC_URL ?? url, async () => null)
    : absent('runtime', 'The inference runtime', 'RUNTIME_URL')
}

const metricsOf = (config: Config): Metrics =>
  config.PROMETHEUS_URL ? createPrometheus(config.PROMETHEUS_URL) : absent('prometheus', 'Prometheus', 'PROMETHEUS_URL')

const alertsOf = (config: Config): Alerts =>
  config.ALERTMANAGER_URL
    ? createAlertmanager(config.ALERTMANAGER_URL)
    : absent('alertmanager', 'Alertmanager', 'ALERTMANAGER_URL')

const mebibyte = 2 ** 20

/** What Argo CD reads the GitOps repository by. */
const repositoryUrlOf = (config: Config) => `${gitWebUrlOf(config)}/${config.GIT_REPOSITORY ?? ''}.git`

export async function createServices(config: Config, process: { works: boolean } = { works: false }) {
  const log = createLog({ level: config.LOG_LEVEL, name: process.works ? 'worker' : 'web', mask: secretsOf(config) })
  const db = createDatabase(config.DATABASE_URL, {
    connections: config.DATABASE_CONNECTIONS,
    onConnectionLost: (error) => log.warn({ err: error }, 'a database connection was lost'),
  })
  const clusters = clustersOf(config)
  const ports = {
    git: gitHostOf(config),
    clusters,
    gitops: gitOpsOf(clusters),
    store: objectStore(config),
    runtime: inferenceRuntime(config),
    metrics: metricsOf(config),
    alerts: alertsOf(config),
    validator: createOnnxValidator(),
    clock: systemClock,
  }
  const policy = createPolicy(ports)
  // After all that a fault of the configuration can end: the web process asks for services until it gets some.
  const queue = await createQueue({
    databaseUrl: config.DATABASE_URL,
    log,
    kinds: [...requestJobs, checkUpload],
    works: process.works,
  })
  const requests = createRequests({
    db,
    policy,
    git: ports.git,
    jobs: {
      advance: (tx, requestId) => queue.send(tx, advanceRequest, { requestId }),
      closeChange: (tx, requestId) => queue.send(tx, closeChange, { requestId }),
    },
  })
  const foundation = createFoundation(config, { log, db, clock: ports.clock, probes: probesOf(config, db, ports) })
  return {
    queue,
    ports,
    policy,
    requests,
    ...foundation,
    gitAccounts: createGitAccounts({
      db,
      clock: ports.clock,
      git: ports.git,
      signIn: gitSignInOf(config),
      secret: config.SESSION_SECRET,
      portalUrl: config.PORTAL_URL,
      hostUrl: gitWebUrlOf(config),
    }),
    advance: createAdvance({
      db,
      git: ports.git,
      clusters: ports.clusters,
      gitops: ports.gitops,
      policy,
      standings: foundation.standings,
      portalUrl: config.PORTAL_URL,
      repositoryUrl: repositoryUrlOf(config),
    }),
    namespaces: createNamespaces({ db, clusters: ports.clusters, policy }),
    models: createModels({
      db,
      store: ports.store,
      validator: ports.validator,
      maxBytes: config.UPLOAD_LIMIT_MIB * mebibyte,
    }),
    uploads: createUploads({
      db,
      store: ports.store,
      validator: ports.validator,
      clock: ports.clock,
      maxBytes: config.UPLOAD_LIMIT_MIB * mebibyte,
      teamBytes: config.UPLOADS_UNDER_WAY_MIB * mebibyte,
      jobs: { check: (tx, uploadId) => queue.send(tx, checkUpload, { uploadId }) },
    }),
    delivery: createDelivery({ db, gitops: ports.gitops }),
    deployments: createDeployments({ db }),
    playground: createPlayground({ db, runtime: ports.runtime }),
    observability: createObservability({
      db,
      metrics: ports.metrics,
      alerts: ports.alerts,
      clock: ports.clock,
      scrapeSeconds: config.PROMETHEUS_SCRAPE_SECONDS,
    }),
  }
}
export type Services = Awaited<ReturnType<typeof createServices>>

// One set for the process, whatever bundle asks: Next.js loads modules more than once.
const held: typeof globalThis & { modelyardServices?: Promise<Services> } = globalThis

export function getServices(): Promise<Services> {
  held.modelyardServices ??= createServices(readConfig()).catch((error: unknown) => {
    delete held.modelyardServices // The next request tries again, once the database is back.
    throw error
  })
  return held.modelyardServices
}
