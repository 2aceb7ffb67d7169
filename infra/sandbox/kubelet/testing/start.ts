import { join } from 'node:path'
import { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { startKubelet } from '../kubelet.ts'

/** A node of this process whose runtime is the stand-in beside this file. */
export const startTestKubelet = (kubeconfig: string, state: string) =>
  startKubelet({
    client: KubeClient.fromFile(kubeconfig),
    name: 'process-node',
    state: join(state, 'kubelet'),
    root: import.meta.dirname,
    entrypoint: ['node', 'fake-runtime.ts'],
    isRuntime: (image) => image.startsWith('runtime'),
    firstBackoffMilliseconds: 200,
    host: '127.0.0.1',
    port: 0,
    tls: true,
    log: () => undefined,
  })
