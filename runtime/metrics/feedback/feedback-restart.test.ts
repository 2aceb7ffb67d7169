import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ModelSpec } from '../../control/contract.ts'
import { classifier } from '../../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../../testing/start-runtime.ts'
import { until } from '../../testing/until.ts'

it('feedback finds its prediction, and drift its hour, after the engine was killed and after the server was started again', {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'feedback-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'model.onnx')
  await writeFile(path, classifier())
  const referenceProfile = { 'x[0]': { edges: [0.5], shares: [0.5, 0.5] } }
  const spec = ModelSpec.parse({ tenant: 'ml', versions: [{ version: '1', path }], monitoring: { referenceProfile } })

  const begin = async (): Promise<TestRuntime> => {
    const runtime = await startTestRuntime({ stateFolder: join(folder, 'state') }, true)
    runtime.runtime.models.put('judge', spec)
    await answering(runtime)
    return runtime
  }
  const answering = (runtime: TestRuntime) =>
    until('it answers', async () => (await fetch(`${runtime.url}/v2/models/judge/ready`)).status === 200, 30_000)
  const predict = (runtime: TestRuntime, id: string, sure: number) =>
    runtime.infer('judge', { id, inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1 - sure, sure] }] })
  const feedback = async (runtime: TestRuntime, id: string, label: string) => {
    const response = await fetch(`${runtime.url}/v2/models/judge/feedback`, {
      method: 'POST',
      body: JSON.stringify({ id, label }),
    })
    return response.status
  }
  const score = async (runtime: TestRuntime) =>
    Number(/model_f1_score\{[^}]*\} ([\d.]+)/.exec(await runtime.metrics())?.[1])

  const drift = async (runtime: TestRuntime) =>
    Number(/data_drift_score\{[^}]*\} ([\d.]+)/.exec(await runtime.metrics())?.[1])

  const first = await begin()
  for (const at of [0, 1, 2, 3]) await predict(first, `r${at}`, at % 2)
  expect(await feedback(first, 'r0', 'no')).toBe(200)
  expect(await score(first)).toBe(1) // asking for metrics makes the engine write down what it remembers

  const engine = first.runtime.models.entries()[0]?.loaded[0]?.supervised?.engine
  process.kill(engine?.pid ?? 0, 'SIGKILL')
  await engine?.ended
  await until('feedback is taken again', async () => (await feedback(first, 'r1', 'yes')) === 200, 30_000)
  expect(await feedback(first, 'never', 'yes')).toBe(404)
  expect(await score(first)).toBe(1)
  await predict(first, 'r9', 1)
  const rows = { inputs: [{ name: 'x', datatype: 'FP32', shape: [40, 2], data: new Array(80).fill(9) }] }
  expect((await first.infer('judge', rows)).status).toBe(200)
  const moved = await drift(first)
  expect(moved).toBeGreaterThan(0.25)
  await first.close()

  const second = await begin()
  await until('what was counted is back', async () => (await drift(second)) === moved)
  expect(await score(second)).toBe(1)
  expect(await feedback(second, 'r2', 'yes')).toBe(200)
  // r0 and r1 were right, r2 was not: 2/3 for "no" and 2/3 for "yes".
  expect(await score(second)).toBeCloseTo(2 / 3, 5)
  expect(await feedback(second, 'r9', 'yes')).toBe(200)
  second.runtime.models.remove('judge')
  await second.close()
})
