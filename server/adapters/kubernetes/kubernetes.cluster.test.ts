import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { type RealCluster, startRealCluster } from '#sandbox/real/real-cluster.ts'
import { clusterContract } from '../../ports/cluster.contract.ts'
import { podLogsContract } from '../../ports/pod-logs.contract.ts'
import { startRunningPod } from './testing/running-pod.ts'
import { strangerToken, underTest } from './testing/under-test.ts'

describe('Kubernetes, by the real API server', () => {
  let state: string
  let real: RealCluster
  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'modelyard-cluster-'))
    const accounts = [{ name: 'stranger', token: strangerToken, groups: [] }]
    real = await startRealCluster({ state, argoCd: false, accounts })
  })
  afterAll(async () => {
    await real?.stop()
    await rm(state, { recursive: true, force: true })
  })

  clusterContract(() => underTest(real.kubeconfig, { pageSize: 2 }))

  describe('the log of a pod', () => {
    let pod: Awaited<ReturnType<typeof startRunningPod>>
    beforeAll(async () => {
      pod = await startRunningPod(real.kubeconfig, state)
    })
    afterAll(() => pod?.stop())

    podLogsContract(() => pod)
  })
})
