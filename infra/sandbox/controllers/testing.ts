import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCluster } from '#sandbox/cluster/cluster.ts'
import { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { startControllers } from './controllers.ts'

export type SandboxCluster = {
  client: KubeClient
  kubeconfig: string
  url: string
  state: string
  stop(): Promise<void>
}

/** The sandbox's API server and its controllers in this process, with state that is gone afterwards. */
export const startSandboxCluster = async (): Promise<SandboxCluster> => {
  const state = await mkdtemp(join(tmpdir(), 'modelyard-sandbox-'))
  const quiet = () => undefined
  const cluster = await startCluster({ state: join(state, 'cluster'), log: quiet })
  const stopControllers = await startControllers(KubeClient.fromFile(cluster.kubeconfig), quiet)
  const client = KubeClient.fromFile(cluster.kubeconfig)
  return {
    client,
    kubeconfig: cluster.kubeconfig,
    url: cluster.url,
    state,
    async stop() {
      client.close()
      await stopControllers()
      await cluster.close()
      await rm(state, { recursive: true, force: true })
    },
  }
}
