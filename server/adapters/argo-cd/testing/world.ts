/** Argo CD's objects on an API server, and a repository to commit to: what the contract wants of the world. */
import { KubeConfig } from '@kubernetes/client-node'
import { startTestRepository } from '#sandbox/gitops/contract/git-server.ts'
import * as sample from '#sandbox/gitops/contract/samples.ts'
import { worldOf } from '#sandbox/gitops/contract/world.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { GitOpsWorld } from '../../../ports/gitops/gitops.contract.ts'
import { createKubernetesCluster } from '../../kubernetes/kubernetes.ts'
import { configOf } from '../../kubernetes/testing/under-test.ts'
import { createArgoCd } from '../argo-cd.ts'

const settings = {
  namespace: 'argocd',
  label: { team: 'modelyard.dev/team', environment: 'modelyard.dev/environment' },
}

const portOver = (config: KubeConfig) =>
  createArgoCd(
    createKubernetesCluster(() => config, 'test'),
    settings,
  )

type Under = { client: KubeClient; kubeconfig: string; destination: string; stop(): Promise<void> }

export async function startWorld(under: Under): Promise<GitOpsWorld & { stop(): Promise<void> }> {
  const repository = await startTestRepository()
  await repository.commit({ 'README.md': 'Desired state\n' })
  const world = worldOf({ client: under.client, destination: under.destination, stop: under.stop }, repository)
  await world.put(sample.inferenceModelDefinition)
  await world.put(sample.project('open', { clusterResourceWhitelist: [{ group: '*', kind: '*' }] }))
  const inFolder = new Map<string, readonly string[]>()
  const given = new KubeConfig()
  given.loadFromFile(under.kubeconfig)
  // Nothing listens on the port of the discard protocol.
  const nowhere = new URL(given.getCurrentCluster()?.server ?? '')
  nowhere.port = '9'
  return {
    gitops: portOver(given),
    unreachable: portOver(configOf(under.kubeconfig, { server: nowhere.href })),
    async write(name, maps, { automated = true } = {}) {
      const before = inFolder.get(name)
      inFolder.set(name, maps)
      const gone = (before ?? []).filter((map) => !maps.includes(map)).map((map) => [`${map}.yaml`, null] as const)
      const files = maps.map((map) => [`${map}.yaml`, sample.configMap(name, map, { of: name })] as const)
      const revision = await repository.commit(sample.under(name, Object.fromEntries([...files, ...gone])))
      if (!before) {
        await world.put(JSON.parse(sample.namespace(name)))
        await world.put(sample.application(name, repository.url, under.destination, { automated }))
      }
      return revision
    },
    async spoil(name) {
      await repository.commit(sample.under(name, { 'broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: [a\n' }))
    },
    async hang(name) {
      // A first wave that never becomes healthy holds back what comes after it.
      await repository.commit(
        sample.under(name, {
          'slow.yaml': sample.inferenceModel(name, name, 0),
          'late.yaml': sample.configMap(name, `late-${name}`, {}, 1),
        }),
      )
    },
    async stop() {
      await under.stop()
      await repository.stop()
    },
  }
}
