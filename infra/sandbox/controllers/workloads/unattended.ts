/** Kinds the sandbox keeps and serves but nobody works on: it says so, in their status or in an Event. Claims are simply bound. */
import { isConflict, isNotFound } from '#sandbox/kube-client/api-error.ts'
import { at } from '#sandbox/kube-client/fields.ts'
import { type Condition, type KubeObject, keyOf, setCondition, splitKey } from '#sandbox/kube-client/objects.ts'
import { WorkQueue } from '#sandbox/kube-client/work-queue.ts'
import { record } from '../events.ts'
import type { Context, Stop } from '../kinds.ts'

const REASON = 'SandboxHasNoController'
type Unattended = KubeObject<unknown, { conditions?: Condition[]; phase?: string }>

const kinds: [apiVersion: string, kind: string, told: 'condition' | 'event' | 'bound'][] = [
  ['apps/v1', 'StatefulSet', 'condition'],
  ['apps/v1', 'DaemonSet', 'condition'],
  ['batch/v1', 'Job', 'condition'],
  ['batch/v1', 'CronJob', 'event'],
  ['networking.k8s.io/v1', 'Ingress', 'event'],
  ['v1', 'PersistentVolumeClaim', 'bound'],
]

export const runUnattended = async (context: Context): Promise<Stop> => {
  const { client, informers, log } = context
  const queues: WorkQueue[] = []
  for (const [apiVersion, kind, told] of kinds) {
    if (!(await client.discovery.find(apiVersion, kind))) continue
    const informer = await informers.of<Unattended>(apiVersion, kind)
    const message = `the sandbox keeps a ${kind} without acting on it; on a real cluster its controller does`
    const queue = new WorkQueue(
      async (key) => {
        const { namespace, name } = splitKey(key)
        const object = informer.get(namespace, name)
        if (!object || object.metadata.deletionTimestamp) return undefined
        if (told === 'event') await record(context, 'modelyard-sandbox', object, 'Normal', REASON, message)
        const status =
          told === 'event' ? undefined : told === 'bound' ? boundStatus(object) : toldStatus(object, message)
        if (!status) return undefined
        try {
          informer.accept(await client.replace(informer.type, { ...object, status }, 'status'))
        } catch (error) {
          if (!isConflict(error) && !isNotFound(error)) throw error
        }
        return undefined
      },
      { log },
    )
    queues.push(queue)
    informer.onChange((change, object, before) => {
      const isNews = before === undefined || before.metadata.generation !== object.metadata.generation
      if (change !== 'deleted' && (isNews || told !== 'event')) queue.add(keyOf(object))
    })
  }
  return async () => {
    await Promise.all(queues.map((queue) => queue.stop()))
  }
}

const toldStatus = ({ status }: Unattended, message: string): Unattended['status'] | undefined => {
  if (status?.conditions?.some((condition) => condition.reason === REASON)) return undefined
  const conditions = setCondition(status?.conditions, { type: 'Unattended', status: 'True', reason: REASON, message })
  return { ...status, conditions }
}

/** Processes need no volume, so a claim holds nobody up. */
const boundStatus = ({ spec, status }: Unattended): Unattended['status'] | undefined =>
  status?.phase === 'Bound'
    ? undefined
    : {
        ...status,
        phase: 'Bound',
        ...{ accessModes: at(spec, 'accessModes') ?? [], capacity: at(spec, 'resources', 'requests') ?? {} },
      }
