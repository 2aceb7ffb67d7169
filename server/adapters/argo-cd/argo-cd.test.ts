import { afterAll, beforeAll, describe } from 'vitest'
import { startSandboxCluster } from '#sandbox/controllers/testing.ts'
import { startGitOps } from '#sandbox/gitops/gitops.ts'
import { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { gitOpsPortContract } from '../../ports/gitops/gitops.contract.ts'
import { startWorld } from './testing/world.ts'

describe('Argo CD’s objects, by the sandbox’s reconciler', { timeout: 60_000 }, () => {
  let world: Awaited<ReturnType<typeof startWorld>>
  beforeAll(async () => {
    const cluster = await startSandboxCluster()
    const gitOps = await startGitOps({
      client: KubeClient.fromFile(cluster.kubeconfig),
      state: cluster.state,
      pollMilliseconds: 500,
      log: () => undefined,
    })
    world = await startWorld({
      client: cluster.client,
      kubeconfig: cluster.kubeconfig,
      destination: cluster.url,
      stop: async () => {
        await gitOps.stop()
        await cluster.stop()
      },
    })
  })
  afterAll(() => world?.stop())

  gitOpsPortContract(() => world)
})
