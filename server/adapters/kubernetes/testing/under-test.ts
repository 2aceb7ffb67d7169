/** One API server as the contract wants it: our account, a stranger's, and somebody who writes beside us. */
import { KubeConfig } from '@kubernetes/client-node'
import type { ClusterUnderTest } from '../../../ports/cluster.contract.ts'
import { type ClusterTuning, createKubernetesCluster } from '../kubernetes.ts'
import { pathOf } from '../wire/paths.ts'
import { createTransport } from '../wire/transport.ts'

export const strangerToken = 'token-of-a-stranger'

export function configOf(file: string, change: { token?: string; server?: string } = {}): KubeConfig {
  const given = new KubeConfig()
  given.loadFromFile(file)
  const cluster = given.getCurrentCluster()
  const user = given.getCurrentUser()
  if (!cluster || !user) throw new Error(`${file} names no cluster and user`)
  const config = new KubeConfig()
  config.loadFromClusterAndUser(
    { ...cluster, server: change.server ?? cluster.server },
    { ...user, token: change.token ?? user.token },
  )
  return config
}

export function underTest(kubeconfig: string, tuning: ClusterTuning = {}): ClusterUnderTest {
  const load = (change: { token?: string; server?: string } = {}) => {
    const config = configOf(kubeconfig, change)
    return () => config
  }
  const somebody = createKubernetesCluster(load(), 'test', { fieldManager: 'somebody' })
  // Nothing listens on the port of the discard protocol.
  const nowhere = new URL(configOf(kubeconfig).getCurrentCluster()?.server ?? '')
  nowhere.port = '9'
  const transport = createTransport(load(), 'test')
  return {
    cluster: createKubernetesCluster(load(), 'test', tuning),
    stranger: createKubernetesCluster(load({ token: strangerToken }), 'test'),
    unreachable: createKubernetesCluster(load({ server: nowhere.href }), 'test'),
    async write(object) {
      await somebody.apply(object, { force: true })
    },
    async remove(kind, name, namespace) {
      await transport.json({ method: 'DELETE', path: pathOf(kind, namespace, name) })
    },
  }
}
