import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { startTestKubelet } from '#sandbox/kubelet/testing/start.ts'
import { workloadsContract } from '#sandbox/kubelet/testing/workloads.contract.ts'
import { startRealCluster } from './real-cluster.ts'

describe('Kubernetes’ own controllers and API server', () => {
  workloadsContract(async () => {
    const state = await mkdtemp(join(tmpdir(), 'modelyard-workloads-'))
    const cluster = await startRealCluster({ state, argoCd: false, kwokNodes: [] })
    const kubelet = await startTestKubelet(cluster.kubeconfig, state)
    return {
      client: cluster.client,
      kubeletUrl: kubelet.url,
      listsLoopback: false,
      stop: async () => {
        await kubelet.stop()
        await cluster.stop()
        await rm(state, { recursive: true, force: true })
      },
    }
  })
})
