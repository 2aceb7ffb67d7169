import { expect, it } from 'vitest'
import { classifier } from '../testing/models.ts'
import { startTestRuntime } from '../testing/start-runtime.ts'

it('shows every series once while a version is replaced by itself with other settings', {
  timeout: 60_000,
}, async () => {
  const runtime = await startTestRuntime()
  await runtime.serve('judge', classifier())
  await runtime.infer('judge', { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [0, 1] }] })
  const entry = runtime.runtime.models.entries()[0]
  if (!entry) throw new Error('the model is not there')
  runtime.runtime.models.put('judge', { ...entry.spec, batching: { maxBatch: 2 } })
  expect(entry.loaded).toHaveLength(2)
  const series = (await runtime.metrics())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.slice(0, line.lastIndexOf(' ')))
  expect(series.filter((each, at) => series.indexOf(each) !== at)).toEqual([])
  expect(series).toContain('model_ready{tenant="ml",model="judge",version="1"}')
})
