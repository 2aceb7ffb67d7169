import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at, listAt, textAt } from '#sandbox/kube-client/fields.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import { type SandboxCluster, startSandboxCluster } from '../testing.ts'

const WAIT = { timeout: 10_000, interval: 20 }
let cluster: SandboxCluster
beforeAll(async () => {
  cluster = await startSandboxCluster()
})
afterAll(() => cluster.stop())

const put = async (object: KubeObject) => {
  const type = await cluster.client.discovery.require(object.apiVersion, object.kind)
  await cluster.client.create(type, object)
  return async () => (await cluster.client.get(type, object.metadata.namespace, object.metadata.name)).status
}
const named = (apiVersion: string, kind: string, spec: unknown): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'thing', namespace: 'default' },
  spec,
})
const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'x', image: 'x' }] } }

describe('what the sandbox keeps without acting on it', () => {
  it('says so in the status of a StatefulSet', async () => {
    const spec = { serviceName: 'x', selector: { matchLabels: { app: 'x' } }, template }
    const status = await put(named('apps/v1', 'StatefulSet', spec))
    await expect
      .poll(async () => listAt(await status(), 'conditions').map((each) => textAt(each, 'reason')), WAIT)
      .toEqual(['SandboxHasNoController'])
  })

  it('says so of an autoscaler, and keeps its minimum', async () => {
    const spec = { selector: { matchLabels: { app: 'x' } }, replicas: 1, template }
    await put(named('apps/v1', 'Deployment', spec))
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'thing' }
    const status = await put(
      named('autoscaling/v2', 'HorizontalPodAutoscaler', { minReplicas: 2, maxReplicas: 4, scaleTargetRef }),
    )
    await expect
      .poll(async () => listAt(await status(), 'conditions').map((each) => textAt(each, 'reason')), WAIT)
      .toEqual(['SandboxDoesNotScale', 'SandboxHasNoMetrics'])
    await expect.poll(async () => at(await status(), 'desiredReplicas'), WAIT).toBe(2)
  })

  it('binds a claim, so that nobody waits for a volume', async () => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
    const status = await put(named('v1', 'PersistentVolumeClaim', spec))
    await expect
      .poll(async () => [at(await status(), 'phase'), at(await status(), 'capacity', 'storage')], WAIT)
      .toEqual(['Bound', '1Gi'])
  })
})
