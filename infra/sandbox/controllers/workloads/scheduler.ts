/** Binds waiting pods to a ready node, the one with the fewest pods. It weighs nothing else, and says so if there is no node. */
import { isConflict, isNotFound } from '#sandbox/kube-client/api-error.ts'
import { pathOf } from '#sandbox/kube-client/discovery.ts'
import { at, listAt, textAt } from '#sandbox/kube-client/fields.ts'
import { type KubeObject, keyOf, setCondition, splitKey } from '#sandbox/kube-client/objects.ts'
import { WorkQueue } from '#sandbox/kube-client/work-queue.ts'
import { record } from '../events.ts'
import type { Context, Pod, Stop } from '../kinds.ts'

const COMPONENT = 'default-scheduler'

export const runScheduler = async (context: Context): Promise<Stop> => {
  const { client, informers, log } = context
  const pods = await informers.of<Pod>('v1', 'Pod')
  const nodes = await informers.of('v1', 'Node')

  const usable = () =>
    nodes
      .all()
      .filter(
        (node) =>
          at(node.spec, 'unschedulable') !== true &&
          listAt(node.status, 'conditions').some(
            (each) => textAt(each, 'type') === 'Ready' && textAt(each, 'status') === 'True',
          ),
      )
  const load = (node: KubeObject) => pods.all().filter((pod) => pod.spec?.nodeName === node.metadata.name).length

  const queue = new WorkQueue(
    async (key) => {
      const { namespace, name } = splitKey(key)
      const pod = pods.get(namespace, name)
      if (!pod || pod.spec?.nodeName || pod.metadata.deletionTimestamp || (pod.spec?.schedulingGates?.length ?? 0) > 0)
        return undefined
      const [node] = usable().toSorted((a, b) => load(a) - load(b))
      if (!node) {
        const message = `0/${nodes.items.size} nodes are available.`
        const unschedulable = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }
        if (pod.status?.conditions?.some((each) => each.reason === 'Unschedulable')) return undefined
        const conditions = setCondition(pod.status?.conditions, unschedulable)
        await client.merge(pods.type, namespace, name, { status: { conditions } }, 'status')
        await record(context, COMPONENT, pod, 'Warning', 'FailedScheduling', message)
        return undefined
      }
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace },
        target: { apiVersion: 'v1', kind: 'Node', name: node.metadata.name },
      }
      try {
        await client.send('POST', `${pathOf(pods.type, namespace, name)}/binding`, { body: binding })
        await record(
          context,
          COMPONENT,
          pod,
          'Normal',
          'Scheduled',
          `Successfully assigned ${key} to ${node.metadata.name}`,
        )
      } catch (error) {
        if (!isConflict(error) && !isNotFound(error)) throw error
      }
      return undefined
    },
    { log, concurrency: 1 },
  )
  pods.onChange((change, pod) => {
    if (change !== 'deleted' && !pod.spec?.nodeName) queue.add(keyOf(pod))
  })
  nodes.onChange(() => {
    for (const pod of pods.all()) if (!pod.spec?.nodeName) queue.add(keyOf(pod))
  })
  return () => queue.stop()
}
