import { afterAll, beforeAll, describe } from 'vitest'
import { startSandboxCluster } from '#sandbox/controllers/testing.ts'
import { podLogsContract } from '../../ports/pod-logs.contract.ts'
import { startRunningPod } from './testing/running-pod.ts'

describe('the log of a pod, by the sandbox', { timeout: 60_000 }, () => {
  let cluster: Awaited<ReturnType<typeof startSandboxCluster>>
  let pod: Awaited<ReturnType<typeof startRunningPod>>
  beforeAll(async () => {
    cluster = await startSandboxCluster()
    pod = await startRunningPod(cluster.kubeconfig, cluster.state)
  })
  afterAll(async () => {
    await pod?.stop()
    await cluster?.stop()
  })

  podLogsContract(() => pod)
})
