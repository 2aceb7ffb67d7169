/** A node whose containers are processes: the portal's runtime runs for real, every other image only says that it does. */
import { mkdir } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { ensureCertificate } from '#sandbox/cluster/tls.ts'
import { messageOf } from '#sandbox/kube-client/api-error.ts'
import { Informers } from '#sandbox/kube-client/informers.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { keyOf } from '#sandbox/kube-client/objects.ts'
import { ChildSweeper } from '#sandbox/process/child-sweeper.ts'
import { closeServer, handleWith, listen } from '#sandbox/process/local-process.ts'
import type { Pod } from './kinds.ts'
import { answer } from './kubelet-server.ts'
import { keepNode } from './node-object.ts'
import { PodNetwork } from './pod-network.ts'
import { type NodeSettings, PodWorker } from './pod-worker.ts'

const STOP_MILLISECONDS = 3000

export type KubeletOptions = NodeSettings & {
  client: KubeClient
  host: string
  port: number
  podAddresses?: string
  /** The real API server asks kubelets over TLS only; it does not check who signed. */
  tls?: boolean
  log: (message: string) => void
}

export const startKubelet = async (options: KubeletOptions): Promise<{ url: string; stop(): Promise<void> }> => {
  const { client, log } = options
  const sweeper = new ChildSweeper()
  const network = new PodNetwork(options.podAddresses)
  const workers = new Map<string, PodWorker>()
  const { server, url } = await listen(options.host, options.port)
  const respond = answer(() => [...workers.values()])
  const handler: RequestListener = (request, response) => {
    respond(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  }
  handleWith(server, handler)
  const secure = options.tls ? await listenSecurely(options, handler) : undefined
  const port = Number(new URL(secure?.url ?? url).port)
  const leaveNode = await keepNode(client, { name: options.name, url, port }, log)
  const informers = new Informers(client, log)
  const context = { client, informers, log }
  const pods = await informers.of<Pod>('v1', 'Pod')

  const settle = (uid: string, pod: Pod): void => {
    const worker = workers.get(uid)
    if (pod.metadata.deletionTimestamp) {
      // A pod this kubelet never ran is let go at once; one that runs gets the time it was promised.
      const leaving =
        worker ??
        new PodWorker(
          context,
          pods.type,
          { ...pod, spec: { containers: [] } },
          options,
          network.take(undefined),
          sweeper,
        )
      leaving
        .finish(pod.metadata.deletionGracePeriodSeconds ?? 30)
        .catch((error: unknown) => log(`ending ${keyOf(pod)}: ${messageOf(error)}`))
      return
    }
    if (worker) {
      worker.pod = pod
      return
    }
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return
    const created = new PodWorker(context, pods.type, pod, options, network.take(pod.status?.podIP), sweeper)
    workers.set(uid, created)
    created.start().catch((error: unknown) => log(`starting ${keyOf(pod)}: ${messageOf(error)}`))
  }

  pods.onChange((change, pod) => {
    const uid = pod.metadata.uid ?? ''
    if (pod.spec?.nodeName !== options.name) return
    if (change !== 'deleted') return settle(uid, pod)
    const worker = workers.get(uid)
    workers.delete(uid)
    if (!worker) return
    network.release(worker.address.ip)
    // Deleted by force: the object is gone, its processes must follow.
    worker.stopProcesses(0).catch((error: unknown) => log(`ending ${keyOf(pod)}: ${messageOf(error)}`))
  })

  return {
    url,
    async stop() {
      informers.stop()
      await leaveNode()
      await Promise.all([...workers.values()].map((worker) => worker.stopProcesses(STOP_MILLISECONDS)))
      sweeper.close()
      await closeServer(server)
      if (secure) await closeServer(secure.server)
      client.close()
    },
  }
}

const listenSecurely = async ({ state, host }: KubeletOptions, handler: RequestListener) => {
  await mkdir(state, { recursive: true })
  const server = createSecureServer(ensureCertificate(state, host), handler)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(0, host, () => resolve())
  await promise
  const address = server.address()
  return { server, url: `https://${host}:${typeof address === 'object' && address ? address.port : 0}` }
}
