/**
 * One step of a sync: the next wave that still has something to do. Waves go up for what is applied, and prunes follow in
 * the opposite order; a wave waits until what the one before it applied is healthy.
 */
import { isNotFound, messageOf } from '#sandbox/kube-client/api-error.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import { groupOf, type KubeObject, versionOf } from '#sandbox/kube-client/objects.ts'
import type { Operation, OperationPhase, Project, ResourceResult } from '../application.ts'
import { resourceKey } from '../git/manifests.ts'
import { type Destination, refusal } from '../project-rules.ts'
import { type Comparison, hasOption, type Item, MANAGER } from './comparison.ts'
import type { LiveState } from './live-state.ts'
import { byKindThenName } from './sync-order.ts'

type Task = { item: Item; object: KubeObject; wave: number; prune: boolean }
export type Step = { phase: OperationPhase; message: string; results: ResourceResult[] }
type SyncInput = {
  client: KubeClient
  live: LiveState
  comparison: Comparison
  operation: Operation
  project: Project
  destination: Destination
  done: readonly ResourceResult[]
}

export const syncStep = async (input: SyncInput): Promise<Step> => {
  const results = new Map(input.done.map((result) => [keyOfResult(result), result]))
  const step = (phase: OperationPhase, message: string): Step => ({ phase, message, results: [...results.values()] })
  const tasks = tasksFor(input)
  const invalid = tasks.flatMap((task) => {
    const problem = problemOf(task, input)
    return problem ? [resultOf(task, 'SyncFailed', problem)] : []
  })
  if (invalid.length > 0) {
    for (const result of invalid) results.set(keyOfResult(result), result)
    const reasons = [...new Set(invalid.map((result) => result.message))].sort()
    return step('Failed', `one or more synchronization tasks are not valid: ${reasons.join('; ')}`)
  }
  for (const [key, result] of results) {
    const task = tasks.find((each) => resourceKey(each.object) === key)
    if (task && result.hookPhase === 'Running' && !task.prune) settle(result, task)
  }
  const pending = tasks.filter((task) => !results.has(resourceKey(task.object)))
  const applied = tasks.filter((task) => results.has(resourceKey(task.object)))
  const failed = applied.find((task) => results.get(resourceKey(task.object))?.hookPhase === 'Failed')
  if (failed) return step('Failed', 'one or more synchronization tasks completed unsuccessfully')
  const unsettled = applied.filter((task) => results.get(resourceKey(task.object))?.hookPhase === 'Running')
  if (pending.length > 0 && unsettled.length > 0) return step('Running', waitingMessage(unsettled))
  const [next] = pending
  if (!next) return step('Succeeded', 'successfully synced (no more tasks)')
  const wave = pending.filter((task) => task.wave === next.wave && task.prune === next.prune)
  const failures: string[] = []
  for (const task of wave) {
    const result = await run(task, input)
    results.set(keyOfResult(result), result)
    if (result.status === 'SyncFailed') failures.push(result.message)
  }
  if (failures.length > 0) return step('Failed', `one or more objects failed to apply, reason: ${failures.join(',')}`)
  if (pending.length === wave.length) return step('Succeeded', 'successfully synced (all tasks run)')
  return step('Running', waitingMessage(wave))
}

const tasksFor = ({ comparison, operation }: SyncInput): Task[] => {
  const chosen = operation.sync?.resources
  const wanted = (object: KubeObject) =>
    !chosen ||
    chosen.some(
      (each) =>
        each.kind === object.kind &&
        each.name === object.metadata.name &&
        each.group === groupOf(object.apiVersion) &&
        (!each.namespace || each.namespace === object.metadata.namespace),
    )
  const tasks = comparison.items.flatMap((item): Task[] => {
    const object = item.target ?? item.live
    if (!object || !wanted(object) || (!item.target && hasOption(object, 'Prune=false'))) return []
    return [{ item, object, wave: item.wave, prune: !item.target }]
  })
  const applies = tasks
    .filter((task) => !task.prune)
    .sort((a, b) => a.wave - b.wave || byKindThenName(a.object, b.object))
  const prunes = tasks
    .filter((task) => task.prune)
    .sort((a, b) => b.wave - a.wave || byKindThenName(b.object, a.object))
  return [...applies, ...prunes]
}

const problemOf = (task: Task, { project, destination }: SyncInput): string | undefined => {
  const { type } = task.item
  if (type) return refusal(project, task.object, type, destination)
  const group = groupOf(task.object.apiVersion)
  const version = versionOf(task.object.apiVersion)
  const wanted = `${group}/${task.object.kind}`
  return `The Kubernetes API could not find ${wanted} for requested resource ${task.object.metadata.namespace ?? ''}/${task.object.metadata.name}. Make sure the "${task.object.kind}" CRD is installed on the destination cluster. (version ${version})`
}

const run = async (task: Task, { client, live: state, operation }: SyncInput): Promise<ResourceResult> => {
  const { type, live } = task.item
  const { name, namespace } = task.object.metadata
  if (!type) return resultOf(task, 'SyncFailed', 'the kind is not served')
  const resource = `${type.kind.toLowerCase()}${type.group ? `.${type.group}` : ''}/${name}`
  try {
    if (!task.prune) {
      await state.accept(type, await client.apply(type, task.object, { manager: MANAGER, force: true }))
      return resultOf(task, 'Synced', `${resource} serverside-applied`)
    }
    if (!operation.sync?.prune) return resultOf(task, 'PruneSkipped', 'ignored (requires pruning)')
    await client.delete(type, namespace, name, {
      propagation: 'Foreground',
      ...(live?.metadata.uid ? { uid: live.metadata.uid } : {}),
    })
    await state.reread(type, task.object)
    return resultOf(task, 'Pruned', 'pruned')
  } catch (error) {
    if (task.prune && isNotFound(error)) return resultOf(task, 'Pruned', 'pruned')
    return resultOf(task, 'SyncFailed', messageOf(error))
  }
}

const settle = (result: ResourceResult, task: Task): void => {
  const health = task.item.health
  if (!task.item.live) return
  if (!health || health.status === 'Healthy') result.hookPhase = 'Succeeded'
  else if (health.status === 'Degraded') result.hookPhase = 'Failed'
  if (health?.message) result.message = health.message
}

const waitingMessage = (tasks: readonly Task[]): string => {
  const [first] = tasks
  if (!first) return 'one or more tasks are running'
  const { object, prune } = first
  const what = `${groupOf(object.apiVersion)}/${object.kind}/${object.metadata.name}`
  const more = tasks.length > 1 ? ` and ${tasks.length - 1} more resources` : ''
  return `waiting for ${prune ? 'deletion' : 'healthy state'} of ${what}${more}`
}

const resultOf = (task: Task, status: ResourceResult['status'], message: string): ResourceResult => ({
  group: groupOf(task.object.apiVersion),
  version: versionOf(task.object.apiVersion),
  kind: task.object.kind,
  namespace: task.object.metadata.namespace ?? '',
  name: task.object.metadata.name,
  status,
  message,
  hookPhase: status === 'SyncFailed' ? 'Failed' : status === 'Synced' ? 'Running' : 'Succeeded',
  syncPhase: 'Sync',
})

const keyOfResult = (result: ResourceResult): string =>
  [result.group, result.kind, result.namespace, result.name].join('/')
