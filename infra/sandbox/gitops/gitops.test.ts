import { describe } from 'vitest'
import { startSandboxCluster } from '#sandbox/controllers/testing.ts'
import { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { gitOpsContract } from './contract/contract.ts'
import { startGitOps } from './gitops.ts'

describe('the sandbox’s reconciler on the sandbox’s API server', () => {
  gitOpsContract(async () => {
    const cluster = await startSandboxCluster()
    const gitOps = await startGitOps({
      client: KubeClient.fromFile(cluster.kubeconfig),
      state: cluster.state,
      pollMilliseconds: 500,
      log: () => undefined,
    })
    return {
      client: cluster.client,
      destination: cluster.url,
      stop: async () => {
        await gitOps.stop()
        await cluster.stop()
      },
    }
  })
})
