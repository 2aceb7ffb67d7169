/** The log of a pod, asked of the cluster itself: nothing of it is kept. */
import { z } from 'zod'
import type { ParsedInputOf } from '../../contracts/contract.ts'
import type { getPodLog, PodLog } from '../../contracts/pods.ts'
import { failure, invalid } from '../../errors.ts'
import { type Cluster, ClusterError, faultOf, kinds } from '../../ports/cluster.ts'

const Named = z.object({ name: z.string() })
const Status = z.object({ name: z.string(), restartCount: z.number().default(0) })
const Pod = z.object({
  spec: z.object({ containers: z.array(Named), initContainers: z.array(Named).default([]) }),
  status: z
    .object({
      phase: z.string().default('Unknown'),
      containerStatuses: z.array(Status).default([]),
      initContainerStatuses: z.array(Status).default([]),
    })
    .prefault({}),
})

type Asked = Omit<ParsedInputOf<typeof getPodLog>, 'team'>

const whereItWent =
  'It may have ended, or another has taken its place. The page of the namespace lists those there are.'

export async function podLog(cluster: Cluster, asked: Asked): Promise<PodLog> {
  // Listed, because that is what the portal's account may do with pods.
  const pods = await cluster.list(kinds.pod, {
    namespace: asked.namespace,
    fieldSelector: `metadata.name=${asked.pod}`,
  })
  const object = pods.find((each) => each.metadata.name === asked.pod)
  if (!object) throw failure('not_found', `The pod ${asked.pod} is not there.`, whereItWent)
  const { spec, status } = Pod.parse(object)
  const containers = [...spec.containers, ...spec.initContainers].map((each) => each.name)
  const container = asked.container ?? containers[0] ?? ''
  if (!containers.includes(container))
    throw invalid('container', `The pod has the containers ${containers.join(', ')}.`)
  const statuses = [...status.containerStatuses, ...status.initContainerStatuses]
  return {
    pod: asked.pod,
    phase: status.phase,
    container,
    containers,
    restarts: statuses.find((each) => each.name === container)?.restartCount ?? 0,
    ...(await written(cluster, asked, container)),
    readAt: new Date().toISOString(),
  }
}

async function written(cluster: Cluster, { namespace, pod, previous = false, lines }: Asked, container: string) {
  try {
    return { text: await cluster.logs(namespace, pod, { container, previous, tailLines: lines }), problem: null }
  } catch (error) {
    // A container that waits to be started, or has had no run before: nothing is broken, there is only nothing to read.
    if (error instanceof ClusterError && faultOf(error) === 'invalid') {
      return { text: '', problem: error.explanation.detail }
    }
    throw error
  }
}
