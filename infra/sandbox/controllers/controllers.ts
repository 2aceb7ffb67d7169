import { Informers } from '#sandbox/kube-client/informers.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { runEndpointSlices } from './endpoint-slices.ts'
import { runGarbageCollector } from './garbage-collector.ts'
import type { Context, Stop } from './kinds.ts'
import { runNamespaces } from './namespaces.ts'
import { runResourceQuotas } from './resource-quotas.ts'
import { runAutoscalers } from './workloads/autoscalers.ts'
import { runDeployments } from './workloads/deployments.ts'
import { runReplicaSets } from './workloads/replica-sets.ts'
import { runScheduler } from './workloads/scheduler.ts'
import { runUnattended } from './workloads/unattended.ts'

const all: Record<string, (context: Context) => Promise<Stop>> = {
  namespaces: runNamespaces,
  quotas: runResourceQuotas,
  'replica-sets': runReplicaSets,
  deployments: runDeployments,
  'endpoint-slices': runEndpointSlices,
  'garbage-collector': runGarbageCollector,
  scheduler: runScheduler,
  autoscalers: runAutoscalers,
  unattended: runUnattended,
}

/** Runs the workload controllers against any API server; on one with its own controller manager, none is needed. */
export const startControllers = async (client: KubeClient, log: (message: string) => void): Promise<Stop> => {
  const informers = new Informers(client, log)
  const context: Context = { client, informers, log }
  const stops = await Promise.all(Object.values(all).map((run) => run(context)))
  return async () => {
    informers.stop()
    await Promise.all(stops.map((stop) => stop()))
    client.close()
  }
}
