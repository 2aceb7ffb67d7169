/** A whole runtime for a test: its own folder, its own port, gone when the test is. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ModelSpec, type ModelSpecInput, type ModelStatus, type VersionSpec } from '../control/contract.ts'
import { createRuntime, defaultConfig, type Runtime, type RuntimeConfig } from '../runtime.ts'
import { until } from './until.ts'

export type VersionInput = Partial<Omit<VersionSpec, 'path'>> & { bytes: Uint8Array }

export interface TestRuntime {
  runtime: Runtime
  url: string
  folder: string
  /** What was logged. */
  events: { event: string; details: Record<string, unknown> }[]
  put: (name: string, versions: VersionInput[], more?: Partial<ModelSpecInput>) => Promise<ModelStatus>
  /** Puts a model with one version, and waits until it has settled. */
  serve: (name: string, bytes: Uint8Array, more?: Partial<ModelSpecInput>) => Promise<ModelStatus>
  settled: (name: string) => Promise<ModelStatus>
  infer: (
    name: string,
    body: unknown,
    headers?: Record<string, string>,
  ) => Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>
  metrics: () => Promise<string>
  close: () => Promise<void>
}

const parseObject = (text: string): Record<string, unknown> => {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

/** Starting a process takes seconds where many want the same core. */
const PATIENCE = 90_000

export const startTestRuntime = async (config: Partial<RuntimeConfig> = {}, manual = false): Promise<TestRuntime> => {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-runtime-test-'))
  const events: TestRuntime['events'] = []
  const runtime = await createRuntime({
    ...defaultConfig((event, details) => events.push({ event, details })),
    acceptors: 1,
    stateFolder: join(folder, 'state'),
    ...config,
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  let files = 0

  const put: TestRuntime['put'] = async (name, versions, more = {}) => {
    const specs = await Promise.all(
      versions.map(async ({ bytes, ...rest }, index) => {
        const path = join(folder, `${++files}.onnx`)
        await writeFile(path, bytes)
        return { version: String(index + 1), ...rest, path }
      }),
    )
    return runtime.models.put(name, ModelSpec.parse({ tenant: 'ml', versions: specs, ...more }))
  }

  const settled: TestRuntime['settled'] = (name) =>
    until(
      `${name} settles`,
      () => {
        const status = runtime.models.status(name)
        const busy = status?.versions.some((each) => each.state === 'Pending' || each.state === 'Loading')
        return status && !busy ? status : undefined
      },
      PATIENCE,
    )

  const close = async (): Promise<void> => {
    await runtime.close()
    await rm(folder, { recursive: true, force: true })
  }
  if (!manual) onTestFinished(close)

  return {
    runtime,
    url: runtime.url,
    folder,
    events,
    put,
    settled,
    serve: async (name, bytes, more) => {
      await put(name, [{ bytes }], more)
      const status = await settled(name)
      // The acceptors hear of it a moment after the main thread.
      await until(`${name} is routed`, async () => {
        const { status: code } = await fetch(`${runtime.url}/v2/models/${name}/ready`)
        return status.state === 'Ready' ? code === 200 : code === 503
      })
      return status
    },
    infer: async (name, body, headers = {}) => {
      const response = await fetch(`${runtime.url}/v2/models/${name}/infer`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return { status: response.status, headers: response.headers, body: parseObject(await response.text()) }
    },
    metrics: async () => (await fetch(`${runtime.url}/metrics`)).text(),
    close,
  }
}
