/** A pod that runs as a process on a node of ours, on whatever API server there is. */
import { KubeConfig } from '@kubernetes/client-node'
import { expect, vi } from 'vitest'
import { POD_URL } from '#sandbox/kubelet/pod-worker.ts'
import { startTestKubelet } from '#sandbox/kubelet/testing/start.ts'
import type { KubernetesObject } from '../../../ports/cluster.ts'
import { kinds } from '../../../ports/cluster.ts'
import type { PodUnderTest } from '../../../ports/pod-logs.contract.ts'
import { createKubernetesCluster } from '../kubernetes.ts'

const namespace = 'logs-dev'
const patience = { timeout: 30_000, interval: 100 }

export async function startRunningPod(
  kubeconfig: string,
  state: string,
): Promise<PodUnderTest & { stop(): Promise<void> }> {
  const kubelet = await startTestKubelet(kubeconfig, state)
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const cluster = createKubernetesCluster(() => config, 'test')
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true }
  await vi.waitFor(async () => expect(await cluster.get(account, 'default', namespace)).toBeDefined(), patience)
  const pod: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'speaking', namespace },
    spec: {
      nodeName: 'process-node',
      containers: [
        {
          name: 'runtime',
          image: 'runtime:1',
          args: [],
          ports: [{ name: 'http', containerPort: 8080 }],
          readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1 },
        },
      ],
    },
  }
  await cluster.apply(pod)
  const status = async () =>
    JSON.stringify(Object((await cluster.get(kinds.pod, 'speaking', namespace))?.status).containerStatuses ?? [])
  const address = async () =>
    (await cluster.get(kinds.pod, 'speaking', namespace))?.metadata.annotations?.[POD_URL] ?? ''
  await vi.waitFor(async () => expect(await status()).toContain('"ready":true'), patience)
  const ask = async (path: string) => {
    await (await fetch(`${await address()}${path}`)).text()
  }
  return {
    cluster,
    namespace,
    pod: 'speaking',
    say: (line) => ask(`/say/${encodeURIComponent(line)}`),
    async restart() {
      await ask('/exit').catch(() => undefined) // it ends before it answers
      await vi.waitFor(async () => expect(await status()).toMatch(/"ready":true.*"restartCount":1/), patience)
    },
    stop: () => kubelet.stop(),
  }
}
