/**
 * `npm run runtime:conformance`: a runtime with a model for each datatype, asked by clients that others wrote, its traces
 * and metrics read with others' definitions.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { datatypeOfOnnx } from '../protocol/datatypes.ts'
import { createRuntime, defaultConfig } from '../runtime.ts'
import { classifier, elements, identity } from '../testing/models.ts'
import { elementCodes } from '../testing/onnx-writer.ts'
import { until } from '../testing/until.ts'
import { startCollector } from './collector.ts'
import { prometheusChecks } from './prometheus.ts'
import { pythonWith, run } from './python.ts'

const here = import.meta.dirname

const writeModel = async (folder: string, name: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(join(folder, name, '1'), { recursive: true })
  await writeFile(join(folder, name, '1', 'model.onnx'), bytes)
}

const interpreter = await pythonWith(join(here, 'requirements.txt'))
const folder = await mkdtemp(join(tmpdir(), 'modelyard-conformance-'))
const models = join(folder, 'models')
for (const element of elements) {
  await writeModel(models, `echo-${datatypeOfOnnx(elementCodes[element])?.toLowerCase()}`, identity(element))
}
await writeModel(models, 'judge', classifier())

const collector = await startCollector(interpreter, join(here, 'collector.py'))
const runtime = await createRuntime({
  ...defaultConfig((event, details) => console.error(event, details)),
  stateFolder: join(folder, 'state'),
  modelsFolder: models,
  grpcPort: 0,
  tracesUrl: collector.url,
  traceShare: 0.2,
})
try {
  await until('the models are ready', async () => (await fetch(`${runtime.url}/ready`)).status === 200, 120_000)
  process.exitCode = await run(interpreter, [join(here, 'clients.py'), new URL(runtime.url).host, runtime.grpc ?? ''])
  process.exitCode = Math.max(process.exitCode, await prometheusChecks(folder, runtime.url))
} finally {
  await runtime.close()
  process.exitCode = Math.max(Number(process.exitCode ?? 1), await collector.stop())
  await rm(folder, { recursive: true, force: true })
}
