/** The Node object and its lease, kept alive for as long as the kubelet is. */
import { arch, cpus, totalmem } from 'node:os'
import { messageOf } from '#sandbox/kube-client/api-error.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import { timestamp } from '#sandbox/kube-client/objects.ts'

const LEASE_SECONDS = 40
const RENEW_MILLISECONDS = 10_000
const MANAGER = 'kubelet'
export const LOG_URL = 'sandbox.modelyard.dev/log-url'

export type NodePlace = { name: string; url: string; port: number; architecture?: string }

export const keepNode = async (
  client: KubeClient,
  place: NodePlace,
  log: (message: string) => void,
): Promise<() => Promise<void>> => {
  const nodes = await client.discovery.require('v1', 'Node')
  const leases = await client.discovery.require('coordination.k8s.io/v1', 'Lease')
  const namespaces = await client.discovery.require('v1', 'Namespace')
  const options = { manager: MANAGER, force: true }
  await client.apply(
    namespaces,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-node-lease' } },
    options,
  )
  await client.apply(nodes, nodeObject(place), options)
  const say = async (ready: boolean) => {
    const status = nodeStatus(place, ready)
    await client.merge(nodes, undefined, place.name, { status }, 'status')
  }
  const renew = () => client.apply(leases, leaseOf(place.name), options)
  await say(true)
  await renew()
  const timer = setInterval(() => {
    Promise.all([renew(), say(true)]).catch((error: unknown) => log(`node ${place.name}: ${messageOf(error)}`))
  }, RENEW_MILLISECONDS)
  return async () => {
    clearInterval(timer)
    await say(false).catch((error: unknown) => log(`node ${place.name}: ${messageOf(error)}`))
  }
}

const nodeObject = ({ name, url }: NodePlace): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    annotations: { [LOG_URL]: url },
    labels: {
      'kubernetes.io/arch': arch() === 'x64' ? 'amd64' : arch(),
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      'modelyard.dev/node': 'process',
    },
  },
})

const nodeStatus = ({ port }: NodePlace, ready: boolean) => {
  const now = timestamp()
  const condition = (type: string, status: boolean, reason: string, message: string) => ({
    ...{ type, status: status ? 'True' : 'False', reason, message },
    ...{ lastHeartbeatTime: now, lastTransitionTime: now },
  })
  const amounts = { cpu: String(cpus().length * 4), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '110' }
  return {
    // No host name: the API server would prefer it, and nothing resolves it.
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    capacity: amounts,
    allocatable: amounts,
    conditions: [
      condition('MemoryPressure', false, 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
      condition('DiskPressure', false, 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      condition('PIDPressure', false, 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
      ready
        ? condition('Ready', true, 'KubeletReady', 'the process kubelet is running')
        : condition('Ready', false, 'KubeletNotReady', 'the process kubelet has stopped'),
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    nodeInfo: {
      ...{
        architecture: arch() === 'x64' ? 'amd64' : arch(),
        operatingSystem: 'linux',
        osImage: 'process',
        kernelVersion: '',
      },
      ...{ containerRuntimeVersion: 'process://1', kubeletVersion: 'modelyard-process', kubeProxyVersion: '' },
      ...{ bootID: '', machineID: '', systemUUID: '' },
    },
  }
}

const leaseOf = (name: string): KubeObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace: 'kube-node-lease' },
  spec: {
    holderIdentity: name,
    leaseDurationSeconds: LEASE_SECONDS,
    renewTime: new Date().toISOString().replace('Z', '000Z'),
  },
})
