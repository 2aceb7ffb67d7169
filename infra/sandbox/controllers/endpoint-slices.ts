/** Lists behind each Service the pods it selects, ready or not, one slice a Service. */
import { isDeepStrictEqual } from 'node:util'
import { isConflict, isNotFound } from '#sandbox/kube-client/api-error.ts'
import { type KubeObject, keyOf, splitKey } from '#sandbox/kube-client/objects.ts'
import { WorkQueue } from '#sandbox/kube-client/work-queue.ts'
import { type Context, isPodOver, isPodReady, type Pod, type Service, type ServicePort, type Stop } from './kinds.ts'

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
const MANAGER = 'endpointslice-controller.modelyard.dev'
type Slice = KubeObject & { addressType: string; endpoints?: unknown; ports?: unknown }

export const runEndpointSlices = async ({ client, informers, log }: Context): Promise<Stop> => {
  const services = await informers.of<Service>('v1', 'Service')
  const pods = await informers.of<Pod>('v1', 'Pod')
  const slices = await informers.of<Slice>('discovery.k8s.io/v1', 'EndpointSlice')

  const queue = new WorkQueue(
    async (key) => {
      const { namespace, name } = splitKey(key)
      const service = services.get(namespace, name)
      const selector = service?.spec?.selector
      if (!service || service.metadata.deletionTimestamp || !selector || Object.keys(selector).length === 0)
        return undefined
      const behind = pods
        .in(namespace)
        .filter((pod) => Object.entries(selector).every(([label, value]) => pod.metadata.labels?.[label] === value))
        .filter((pod) => pod.status?.podIP && !isPodOver(pod))
        .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))
      const wanted = sliceOf(service, behind)
      const live = slices.get(namespace, wanted.metadata.name)
      if (live && isDeepStrictEqual([live.endpoints ?? [], live.ports ?? []], [wanted.endpoints, wanted.ports]))
        return undefined
      try {
        slices.accept(await client.apply(slices.type, wanted, { manager: MANAGER, force: true }))
      } catch (error) {
        if (!isConflict(error) && !isNotFound(error)) throw error
        return 50
      }
      return undefined
    },
    { log },
  )
  services.onChange((change, service) => {
    if (change !== 'deleted') queue.add(keyOf(service))
  })
  slices.onChange((change, slice) => {
    const service = slice.metadata.labels?.['kubernetes.io/service-name']
    if (change !== 'added' && slice.metadata.labels?.[MANAGED_BY] === MANAGER)
      queue.add(`${slice.metadata.namespace}/${service}`)
  })
  pods.onChange((_, pod) => {
    for (const service of services.in(pod.metadata.namespace ?? '')) {
      const selector = Object.entries(service.spec?.selector ?? {})
      if (selector.every(([label, value]) => pod.metadata.labels?.[label] === value)) queue.add(keyOf(service))
    }
  })
  return () => queue.stop()
}

const sliceOf = (service: Service, pods: readonly Pod[]): Slice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: `${service.metadata.name}-pods`,
    namespace: service.metadata.namespace ?? '',
    labels: { 'kubernetes.io/service-name': service.metadata.name, [MANAGED_BY]: MANAGER },
    ownerReferences: [
      {
        apiVersion: 'v1',
        kind: 'Service',
        name: service.metadata.name,
        uid: service.metadata.uid ?? '',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  },
  addressType: 'IPv4',
  endpoints: pods.map((pod) => ({
    addresses: [pod.status?.podIP],
    conditions: conditionsOf(pod, service.spec?.publishNotReadyAddresses ?? false),
    nodeName: pod.spec?.nodeName,
    targetRef: { kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
  })),
  ports: (service.spec?.ports ?? []).map((port) => ({
    name: port.name ?? '',
    port: targetPort(port, pods),
    protocol: port.protocol ?? 'TCP',
  })),
})

const conditionsOf = (pod: Pod, publishAll: boolean) => {
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const serving = isPodReady(pod)
  return { ready: publishAll || (serving && !terminating), serving: publishAll || serving, terminating }
}

const targetPort = (port: ServicePort, pods: readonly Pod[]): number => {
  if (typeof port.targetPort === 'number') return port.targetPort
  if (port.targetPort === undefined) return port.port
  const ports = pods.flatMap((pod) => pod.spec?.containers.flatMap((container) => container.ports ?? []) ?? [])
  return ports.find((each) => each.name === port.targetPort)?.containerPort ?? port.port
}
