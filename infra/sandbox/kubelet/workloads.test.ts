import { describe } from 'vitest'
import { startSandboxCluster } from '#sandbox/controllers/testing.ts'
import { startTestKubelet } from './testing/start.ts'
import { workloadsContract } from './testing/workloads.contract.ts'

describe('the sandbox’s controllers and API server', () => {
  workloadsContract(async () => {
    const cluster = await startSandboxCluster()
    const kubelet = await startTestKubelet(cluster.kubeconfig, cluster.state)
    return {
      client: cluster.client,
      kubeletUrl: kubelet.url,
      listsLoopback: true,
      stop: async () => {
        await kubelet.stop()
        await cluster.stop()
      },
    }
  })
})
