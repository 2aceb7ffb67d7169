/**
 * The inference runtime, built but not yet named on a command line: acceptor threads in front, an engine process for each
 * version of each model behind, and between them this thread, which only keeps them in order.
 */
import { mkdir } from 'node:fs/promises'
import type { Server } from 'node:http'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import type { AuthSettings } from './auth/auth.ts'
import { faultOfKeys } from './auth/key-set.ts'
import { startControlServer } from './control/control-server.ts'
import { memoryBudget } from './control/memory-budget.ts'
import { DEFAULT_TIMEOUT } from './control/model-entry.ts'
import { createModels, type Models } from './control/models.ts'
import type { GrpcTls } from './grpc/credentials.ts'
import { type AcceptorPool, startAcceptors } from './http/acceptor-pool.ts'
import type { Ask } from './http/routes.ts'
import { PROTOBUF_TYPE, protobufOf } from './metrics/exposition/protobuf.ts'
import { TEXT_TYPE, textOf } from './metrics/exposition/text.ts'
import { removeOld } from './metrics/kept-windows.ts'
import { createModelObserver } from './metrics/model-observer.ts'
import { type Log, processMetrics } from './metrics/process-metrics.ts'
import { requestFamilies } from './metrics/request-families.ts'
import { mergeStats } from './metrics/request-stats.ts'
import { statistics } from './metrics/statistics.ts'
import { readModelFolder } from './models/folder.ts'
import { createRepository } from './models/repository.ts'
import { defaultLimits, type ValidationLimits } from './models/validate.ts'
import { createSharedLimits } from './queue/limits.ts'
import { createWatcher } from './telemetry/watcher.ts'

export interface RuntimeConfig {
  host: string
  port: number
  /** 0 for any; undefined for none. */
  grpcPort: number | undefined
  grpcTls: GrpcTls | undefined
  stateFolder: string
  /** file:// or http(s):// address that has models under sha256/<hex>; empty for none. */
  store: string
  /** A folder of models to serve; empty for none. */
  modelsFolder: string
  /** Path of the control API's socket; empty for none. */
  controlSocket: string
  acceptors: number
  lanes: number
  /** The model behind POST /predict; empty for the first that takes text. */
  textModel: string
  maxBodyBytes: number
  bodyBudgetBytes: number
  maxConnections: number
  tenantConcurrency: number
  tenantWeights: Record<string, number>
  auth: AuthSettings
  engineMemoryMegabytes: number
  /** What all engines together may hold; beyond it the model asked longest ago is set aside. */
  memoryBudgetMegabytes: number
  loadTimeoutMilliseconds: number
  /** What trying a new file may take. */
  validation: ValidationLimits
  /** Where an OpenTelemetry collector takes traces, whole address; empty for none. */
  tracesUrl: string
  tracesHeaders: Record<string, string>
  /** The share of requests that are traced when their caller did not decide. */
  traceShare: number
  /** The share of successful requests that are logged; failures always are. */
  logShare: number
  log: Log
}

export const defaultConfig = (log: Log): RuntimeConfig => ({
  host: '127.0.0.1',
  port: 0,
  grpcPort: undefined,
  grpcTls: undefined,
  stateFolder: '',
  store: '',
  modelsFolder: '',
  controlSocket: '',
  acceptors: Math.max(1, Math.floor(availableParallelism() / 2)),
  lanes: Math.max(1, Math.min(4, availableParallelism())),
  textModel: '',
  maxBodyBytes: 64 * 1_048_576,
  bodyBudgetBytes: 512 * 1_048_576,
  maxConnections: 20_000,
  tenantConcurrency: 4096,
  tenantWeights: {},
  auth: { jwks: '', issuer: '', audience: '' },
  engineMemoryMegabytes: 4096,
  memoryBudgetMegabytes: Math.round((totalmem() / 1_048_576) * 0.75),
  loadTimeoutMilliseconds: 120_000,
  validation: defaultLimits,
  tracesUrl: '',
  tracesHeaders: {},
  traceShare: 0.01,
  logShare: 0,
  log,
})

export interface Runtime {
  readonly url: string
  /** host:port of gRPC, where it is served. */
  readonly grpc: string | undefined
  readonly models: Models
  close: () => Promise<void>
}

const GATHER_MILLISECONDS = 1000
const CLOSE_MILLISECONDS = 4000
/** As often, and a file has to be out of use for as long. */
const TIDY_MILLISECONDS = 600_000

export const createRuntime = async (config: RuntimeConfig): Promise<Runtime> => {
  await mkdir(config.stateFolder, { recursive: true })
  let pool: AcceptorPool | undefined
  const repository = createRepository(join(config.stateFolder, 'models'), config.store)
  const models = createModels({
    repository,
    memoryMegabytes: config.engineMemoryMegabytes,
    loadTimeoutMilliseconds: config.loadTimeoutMilliseconds,
    validation: config.validation,
    lanes: config.lanes,
    memoryFolder: join(config.stateFolder, 'predictions'),
    textModel: config.textModel,
    onTable: (table) => pool?.update(table),
    log: config.log,
  })
  const folders = { feedback: join(config.stateFolder, 'feedback'), drift: join(config.stateFolder, 'drift') }
  for (const folder of [...Object.values(folders), join(config.stateFolder, 'predictions')]) await removeOld(folder)
  const observer = createModelObserver(models.entries, folders, config.log)
  const watcher = createWatcher(config)

  const answer: Ask = async ({ what, model, version, body, only }) => {
    if (what === 'feedback') {
      const { status, body: said } = await observer.feedback(model, body)
      return { status, contentType: 'application/json', body: JSON.stringify(said) }
    }
    const { stats, connections } = (await pool?.collect()) ?? { stats: [], connections: 0 }
    if (what === 'statistics') {
      const visible = mergeStats(stats).filter((each) => only?.includes(each.model) ?? true)
      return {
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify(statistics(visible, model, version)),
      }
    }
    await observer.gather()
    const families = [
      ...requestFamilies(mergeStats(stats)),
      ...observer.metrics(),
      ...processMetrics(connections),
      ...watcher.metrics(),
    ]
    return what === 'metrics'
      ? { status: 200, contentType: TEXT_TYPE, body: textOf(families) }
      : { status: 200, contentType: PROTOBUF_TYPE, body: protobufOf(families) }
  }

  pool = await startAcceptors({
    count: config.acceptors,
    settings: {
      host: config.host,
      port: config.port,
      grpcPort: config.grpcPort,
      grpcTls: config.grpcTls,
      maxBodyBytes: config.maxBodyBytes,
      bodyBudgetBytes: config.bodyBudgetBytes,
      maxConnections: config.maxConnections,
      tenantConcurrency: config.tenantConcurrency,
      tenantWeights: config.tenantWeights,
      limits: createSharedLimits(),
      auth: config.auth,
      watch: { traceShare: config.tracesUrl === '' ? undefined : config.traceShare, logShare: config.logShare },
    },
    table: models.table(),
    answer,
    onStuck: (key) =>
      models
        .byKey(key)
        ?.supervised?.interrupt(
          `a run took longer than it may (${DEFAULT_TIMEOUT / 1000} s unless its limits say otherwise)`,
        ),
    onWatched: watcher.take,
    onWanted: (name) =>
      models
        .entries()
        .find((each) => each.name === name)
        ?.wake(),
    onCrash: (error) => {
      config.log('acceptor crashed', { error: error.stack ?? error.message })
      process.exit(1)
    },
  })

  const { jwks } = config.auth
  const fault = jwks === '' ? undefined : await faultOfKeys(jwks)
  if (fault !== undefined) config.log('keys for tokens cannot be had', { from: jwks.split('?')[0], reason: fault })

  const listening = pool
  let control: Server | undefined
  try {
    if (config.controlSocket !== '') control = await startControlServer(models, config.controlSocket, config.log)
    if (config.modelsFolder !== '') {
      for (const { name, spec } of await readModelFolder(config.modelsFolder)) models.put(name, spec)
    }
  } catch (error) {
    control?.close()
    await Promise.all([listening.close(0), watcher.close(), models.stop()])
    throw error
  }
  models.startupComplete()
  const budget = memoryBudget(config.memoryBudgetMegabytes * 1_048_576, models.entries, config.log)
  const gathering = setInterval(() => {
    void observer.gather()
    void listening.collect().then(({ stats }) => budget.enforce(stats))
  }, GATHER_MILLISECONDS)
  const tidying = setInterval(() => {
    const inUse = models.entries().flatMap((entry) => entry.loaded.flatMap(({ digest }) => digest ?? []))
    repository
      .tidy(new Set(inUse), TIDY_MILLISECONDS)
      .catch((error: unknown) => config.log('old models could not be removed', { reason: String(error) }))
  }, TIDY_MILLISECONDS)

  return {
    grpc: listening.grpcPort === undefined ? undefined : `${config.host}:${listening.grpcPort}`,
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${listening.port}`,
    models,
    close: async () => {
      clearInterval(gathering)
      clearInterval(tidying)
      control?.close()
      control?.closeAllConnections()
      await listening.close(CLOSE_MILLISECONDS)
      await watcher.close()
      // What the engines have seen since the last time goes down with them otherwise.
      await observer.close()
      await models.stop()
    },
  }
}
