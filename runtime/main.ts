/** The inference runtime as a process: flags in, one ready line out, logs as JSON lines on stderr. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { GrpcTls } from './grpc/credentials.ts'
import { createRuntime, defaultConfig } from './runtime.ts'
import { headersFrom, tracesUrl } from './telemetry/otlp-exporter.ts'
import { temporaryFor } from './temporary.ts'

const USAGE = `node runtime/main.ts [--port N] [--grpc-port N] [--host ADDRESS] [--state DIR] [--models DIR] [--store URL] [--control PATH.sock]
  [--acceptors N] [--lanes N] [--text-model NAME] [--max-body MB] [--engine-memory MB] [--memory-budget MB] [--tenant-concurrency N] [--tenant-weight NAME=N]…
  [--jwks URL|FILE [--issuer NAME] [--audience NAME]] [--grpc-cert FILE --grpc-key FILE [--grpc-client-ca FILE]]
  [--traces URL [--trace-share 0..1]] [--access-log 0..1]`

const log = (event: string, details: Record<string, unknown>): void => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...details })}\n`)
}

const stop = (message: string): never => {
  process.stderr.write(`${message}\n${USAGE}\n`)
  process.exit(2)
}

const flags = () => {
  try {
    return parseArgs({
      options: {
        port: { type: 'string' },
        'grpc-port': { type: 'string' },
        host: { type: 'string' },
        state: { type: 'string' },
        models: { type: 'string' },
        store: { type: 'string' },
        control: { type: 'string' },
        acceptors: { type: 'string' },
        lanes: { type: 'string' },
        'text-model': { type: 'string' },
        'max-body': { type: 'string' },
        'engine-memory': { type: 'string' },
        'memory-budget': { type: 'string' },
        'tenant-concurrency': { type: 'string' },
        'tenant-weight': { type: 'string', multiple: true },
        jwks: { type: 'string' },
        issuer: { type: 'string' },
        audience: { type: 'string' },
        'grpc-cert': { type: 'string' },
        'grpc-key': { type: 'string' },
        'grpc-client-ca': { type: 'string' },
        traces: { type: 'string' },
        'trace-share': { type: 'string' },
        'access-log': { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    return stop(error instanceof Error ? error.message : String(error))
  }
}

const given = flags()
if (given.help) {
  process.stdout.write(`${USAGE}\n`)
  process.exit(0)
}

const number = (name: string, text: string | undefined, fallback: number, least = 0): number => {
  if (text === undefined) return fallback
  const value = Number(text)
  return Number.isFinite(value) && value >= least
    ? value
    : stop(`--${name} must be a number from ${least}, got "${text}"`)
}

const share = (name: string, text: string | undefined, fallback: number): number => {
  const value = number(name, text, fallback)
  return value <= 1 ? value : stop(`--${name} is a share from 0 to 1, got "${text}"`)
}

const grpcTls = (): GrpcTls | undefined => {
  const { 'grpc-cert': certificate, 'grpc-key': key, 'grpc-client-ca': clientAuthority = '' } = given
  if (certificate === undefined && key === undefined && clientAuthority === '') return undefined
  if (certificate === undefined || key === undefined) return stop('--grpc-cert and --grpc-key go together')
  if (given['grpc-port'] === undefined) return stop('--grpc-cert is of no use without --grpc-port')
  return { certificate, key, clientAuthority, refreshMilliseconds: 60_000 }
}

/** The variables of every OpenTelemetry exporter are understood too; headers may hold secrets and come only from there. */
const traces = (): { tracesUrl: string; tracesHeaders: Record<string, string> } => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = process.env
  const { OTEL_EXPORTER_OTLP_HEADERS: headers, OTEL_EXPORTER_OTLP_TRACES_HEADERS: own } = process.env
  const url = given.traces ?? base
  try {
    return {
      tracesUrl: given.traces === undefined && whole ? new URL(whole).href : url ? tracesUrl(url) : '',
      tracesHeaders: headersFrom(own ?? headers ?? ''),
    }
  } catch (error) {
    return stop(`the address for traces cannot be used: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const weights = Object.fromEntries(
  (given['tenant-weight'] ?? []).map((text) => {
    const [name = '', weight] = text.split('=')
    return [name, number('tenant-weight', weight, 1)]
  }),
)

const config = defaultConfig(log)
const stateFolder = resolve(given.state ?? mkdtempSync(join(tmpdir(), 'modelyard-runtime-')))
try {
  const temporary = temporaryFor(stateFolder)
  process.on('exit', temporary.remove)
  process.env.TMPDIR = temporary.folder // for every file that is made from here on
} catch (error) {
  stop(error instanceof Error ? error.message : String(error))
}
const runtime = await createRuntime({
  ...config,
  host: given.host ?? config.host,
  port: number('port', given.port, 0),
  grpcPort: given['grpc-port'] === undefined ? undefined : number('grpc-port', given['grpc-port'], 0),
  grpcTls: grpcTls(),
  ...traces(),
  traceShare: share('trace-share', given['trace-share'], config.traceShare),
  logShare: share('access-log', given['access-log'], config.logShare),
  stateFolder,
  store: given.store ?? '',
  modelsFolder: given.models === undefined ? '' : resolve(given.models),
  controlSocket: given.control ?? '',
  acceptors: number('acceptors', given.acceptors, config.acceptors, 1),
  lanes: number('lanes', given.lanes, config.lanes, 1),
  textModel: given['text-model'] ?? '',
  maxBodyBytes: number('max-body', given['max-body'], config.maxBodyBytes / 1_048_576, 1) * 1_048_576,
  engineMemoryMegabytes: number('engine-memory', given['engine-memory'], config.engineMemoryMegabytes, 64),
  memoryBudgetMegabytes: number('memory-budget', given['memory-budget'], config.memoryBudgetMegabytes, 64),
  tenantConcurrency: number('tenant-concurrency', given['tenant-concurrency'], config.tenantConcurrency, 1),
  tenantWeights: weights,
  auth: { jwks: given.jwks ?? '', issuer: given.issuer ?? '', audience: given.audience ?? '' },
}).catch((error: unknown) => stop(error instanceof Error ? error.message : String(error)))

process.stdout.write(
  `${JSON.stringify({ ready: true, url: runtime.url, ...(runtime.grpc && { grpc: runtime.grpc }), ...(given.control && { control: given.control }) })}\n`,
)

let closing = false
const close = (): void => {
  if (closing) return
  closing = true
  void runtime.close().finally(() => {
    if (given.state === undefined) rmSync(stateFolder, { recursive: true, force: true })
    process.exit(0)
  })
}
process.on('SIGTERM', close)
process.on('SIGINT', close)
