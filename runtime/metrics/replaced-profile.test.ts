import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { classifier } from '../testing/models.ts'
import { startTestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'

it('reads what a version has seen by the profile it was loaded with, while another one is on its way', {
  timeout: 60_000,
}, async () => {
  const slow = createServer(() => {}) // never answers, and so keeps the new wish from taking over
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    slow.closeAllConnections()
    slow.close()
  })
  const address = slow.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/model`
  const feature = { edges: [0.5], shares: [0.5, 0.5] }
  const runtime = await startTestRuntime()
  await runtime.put('judge', [{ bytes: classifier() }], { monitoring: { referenceProfile: { 'x[0]': feature } } })
  const [entry] = runtime.runtime.models.entries()
  if (!entry) throw new Error('the model is not there')
  await until('it is ready', () => entry.status().state === 'Ready', 30_000)
  // Before anybody has asked what it saw.
  runtime.runtime.models.put('judge', {
    ...entry.spec,
    versions: [
      ...entry.spec.versions,
      { version: '2', digest: `sha256:${'0'.repeat(64)}`, url, weight: 0, shadow: false },
    ],
    monitoring: { referenceProfile: { 'x[1]': feature } },
  })
  const rows = { inputs: [{ name: 'x', datatype: 'FP32', shape: [40, 2], data: new Array(80).fill(9) }] }
  await until('it answers', async () => (await runtime.infer('judge', rows)).status === 200)
  const drift = (await runtime.metrics()).split('\n').filter((line) => line.startsWith('data_drift_score{'))
  expect(drift.map((line) => /version="1".*feature="([^"]+)"/.exec(line)?.[1])).toEqual(['x[0]'])
})
