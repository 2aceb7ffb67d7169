/** What a kubelet says of a pod, from how its containers are. */
import { type Condition, setCondition, timestamp } from '#sandbox/kube-client/objects.ts'
import type { Container, ContainerState, ContainerStatus, Pod } from './kinds.ts'

export type ContainerView = {
  container: Container
  state: ContainerState
  lastState: ContainerState
  ready: boolean
  started: boolean
  restartCount: number
  pid: number | undefined
}

export const statusOf = (pod: Pod, views: readonly ContainerView[], ip: string): NonNullable<Pod['status']> => {
  const statuses = views.map((view) => containerStatus(pod, view))
  const phase = phaseOf(statuses, pod.spec?.restartPolicy ?? 'Always')
  const over = phase === 'Succeeded' || phase === 'Failed'
  const unready = statuses.filter((each) => !each.ready).map((each) => each.name)
  const ready = !over && unready.length === 0
  const why = over
    ? { reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed', message: '' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
  let conditions: Condition[] = pod.status?.conditions ?? []
  const say = (type: string, is: boolean, details: { reason: string; message: string } = why) => {
    conditions = setCondition(conditions, { type, status: is ? 'True' : 'False', ...(is ? {} : details) })
  }
  say('PodScheduled', true)
  say('PodReadyToStartContainers', true)
  say('Initialized', true)
  say('ContainersReady', ready)
  say('Ready', ready)
  return {
    phase,
    conditions,
    containerStatuses: statuses,
    podIP: ip,
    podIPs: [{ ip }],
    hostIP: '127.0.0.1',
    hostIPs: [{ ip: '127.0.0.1' }],
    startTime: pod.status?.startTime ?? timestamp(),
  }
}

const containerStatus = (pod: Pod, { container, pid, ...view }: ContainerView): ContainerStatus => ({
  name: container.name,
  image: container.image,
  imageID: container.image,
  ready: view.ready,
  started: view.started,
  restartCount: view.restartCount,
  state: view.state,
  lastState: view.lastState,
  ...(pid === undefined ? {} : { containerID: `process://${pod.metadata.uid}/${container.name}/${pid}` }),
})

const phaseOf = (statuses: readonly ContainerStatus[], restarts: string): string => {
  const ended = statuses.filter((each) => each.state.terminated)
  if (ended.length === statuses.length && restarts !== 'Always') {
    return ended.every((each) => each.state.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed'
  }
  const everRan = statuses.some((each) => each.state.running || each.lastState.terminated || each.state.terminated)
  return everRan ? 'Running' : 'Pending'
}
