import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { gitOpsContract } from '#sandbox/gitops/contract/contract.ts'
import { startGitOps } from '#sandbox/gitops/gitops.ts'
import { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { startRealCluster } from './real-cluster.ts'

const onRealCluster = async (argoCd: boolean) => {
  const state = await mkdtemp(join(tmpdir(), 'modelyard-real-'))
  const cluster = await startRealCluster({ state, argoCd })
  const stop = async () => {
    await cluster.stop()
    await rm(state, { recursive: true, force: true })
  }
  return { state, cluster, stop }
}

describe('Argo CD on a real control plane', () => {
  gitOpsContract(async () => {
    const { cluster, stop } = await onRealCluster(true)
    return { client: cluster.client, destination: cluster.url, stop }
  })
})

describe('the sandbox’s reconciler on a real control plane', () => {
  gitOpsContract(async () => {
    const { state, cluster, stop } = await onRealCluster(false)
    const gitOps = await startGitOps({
      client: KubeClient.fromFile(cluster.kubeconfig),
      state,
      pollMilliseconds: 500,
      log: (message) => console.error(message),
    })
    return {
      client: cluster.client,
      destination: cluster.url,
      stop: async () => {
        await gitOps.stop()
        await stop()
      },
    }
  })
})
