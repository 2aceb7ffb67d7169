/** The sandbox measures no load, so an autoscaler is kept and served but does not scale. Its status says so. */
import { isDeepStrictEqual } from 'node:util'
import { isConflict, isNotFound } from '#sandbox/kube-client/api-error.ts'
import { numberAt, textAt } from '#sandbox/kube-client/fields.ts'
import { type Condition, type KubeObject, keyOf, setCondition, splitKey } from '#sandbox/kube-client/objects.ts'
import { WorkQueue } from '#sandbox/kube-client/work-queue.ts'
import type { Context, Deployment, Stop } from '../kinds.ts'

type Autoscaler = KubeObject<unknown, { conditions?: Condition[]; currentReplicas?: number; desiredReplicas?: number }>

export const runAutoscalers = async ({ client, informers, log }: Context): Promise<Stop> => {
  const autoscalers = await informers.of<Autoscaler>('autoscaling/v2', 'HorizontalPodAutoscaler')
  const deployments = await informers.of<Deployment>('apps/v1', 'Deployment')
  const queue = new WorkQueue(
    async (key) => {
      const { namespace, name } = splitKey(key)
      const autoscaler = autoscalers.get(namespace, name)
      if (!autoscaler || autoscaler.metadata.deletionTimestamp) return undefined
      const deployment = deployments.get(namespace, textAt(autoscaler.spec, 'scaleTargetRef', 'name'))
      const replicas = deployment?.status?.replicas ?? 0
      let conditions = setCondition(autoscaler.status?.conditions, {
        type: 'AbleToScale',
        status: 'True',
        reason: 'SandboxDoesNotScale',
        message: 'the sandbox keeps autoscalers without acting on them',
      })
      conditions = setCondition(conditions, {
        type: 'ScalingActive',
        status: 'False',
        reason: 'SandboxHasNoMetrics',
        message: 'the sandbox measures no load; on a real cluster the controller manager scales this workload',
      })
      const minimum = numberAt(autoscaler.spec, 'minReplicas') ?? 1
      if (deployment && (deployment.spec?.replicas ?? 1) < minimum) {
        await client.merge(deployments.type, namespace, deployment.metadata.name, { spec: { replicas: minimum } })
      }
      const status = {
        ...autoscaler.status,
        currentReplicas: replicas,
        desiredReplicas: Math.max(minimum, replicas),
        conditions,
      }
      if (isDeepStrictEqual(status, autoscaler.status)) return undefined
      try {
        autoscalers.accept(await client.replace(autoscalers.type, { ...autoscaler, status }, 'status'))
      } catch (error) {
        if (!isConflict(error) && !isNotFound(error)) throw error
      }
      return undefined
    },
    { log },
  )
  autoscalers.onChange((change, autoscaler) => {
    if (change !== 'deleted') queue.add(keyOf(autoscaler))
  })
  deployments.onChange((_, deployment) => {
    for (const each of autoscalers.in(deployment.metadata.namespace ?? '')) {
      if (textAt(each.spec, 'scaleTargetRef', 'name') === deployment.metadata.name) queue.add(keyOf(each))
    }
  })
  return () => queue.stop()
}
