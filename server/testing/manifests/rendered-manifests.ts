/** A cluster takes everything the portal renders, checked as strictly as it can check. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { gibibyte } from '../../contracts/quantity.ts'
import { renderModel, renderNamespace } from '../../domains/gitops/gitops.ts'
import type { Cluster } from '../../ports/cluster.ts'
import { KubernetesObjectSchema } from '../objects.ts'

const owner = { team: 'ml', environment: 'dev', costCentre: 'CC-1', request: '00000000-0000-4000-8000-000000000000' }
const namespace = 'ml-rendered-dev'
const quota = { cpu: 2500, memory: 3 * gibibyte, gpu: 1, storage: 10 * gibibyte }
const crd = join(import.meta.dirname, '../../../runtime/agent/inferencemodel-crd.yaml')

export function rendersAcceptably(make: () => Cluster): void {
  it('takes a namespace with everything in it', async () => {
    const cluster = make()
    for (const object of renderNamespace({ ...owner, namespace, quota })) {
      const applied = await cluster.apply(object)
      expect(applied.metadata.name).toBe(object.metadata.name)
      // What is in force already changes nothing when it is applied again. A controller may write its status in between,
      // once or twice, so this is asked until the object has come to rest.
      let version = applied.metadata.resourceVersion
      const changesNothing = async () => {
        const before = version
        version = (await cluster.apply(object)).metadata.resourceVersion
        return version === before
      }
      await expect.poll(changesNothing, { message: object.kind }).toBe(true)
    }
  })

  it('takes a model with a canary and a shadow', async () => {
    const cluster = make()
    await cluster.apply(KubernetesObjectSchema.parse(parse(readFileSync(crd, 'utf8'))))
    const digest = 'a'.repeat(64)
    const [model] = renderModel({
      ...owner,
      namespace,
      model: 'iris',
      limits: { concurrency: 4, requestsPerSecond: 100, timeoutMilliseconds: 1000 },
      labels: ['setosa', 'versicolor', 'virginica'],
      versions: [
        { version: 1, digest, weight: 90, shadow: false },
        { version: 2, digest, weight: 10, shadow: false },
        { version: 3, digest, weight: 100, shadow: true },
      ],
    })
    if (!model) throw new Error('Nothing was rendered')
    // The kind appears a moment after its definition.
    await expect
      .poll(
        () =>
          cluster.apply(model).then(
            (applied) => applied.kind,
            () => 'not yet',
          ),
        { timeout: 10_000 },
      )
      .toBe('InferenceModel')
  })

  it('refuses a pod there that is not restricted', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'rooted', namespace },
      spec: {
        serviceAccountName: 'workload',
        containers: [{ name: 'main', image: 'busybox' }],
      },
    }
    await expect(make().apply(pod)).rejects.toThrow(/violates PodSecurity "restricted/)
  })
}
