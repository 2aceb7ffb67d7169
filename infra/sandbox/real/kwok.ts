import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import type { Toolbox } from './binaries/obtain.ts'
import { DATA_SETS } from './binaries/tools.ts'
import type { ControlPlane } from './control-plane.ts'
import { type Processes, until } from './processes.ts'

type NodeObject = KubeObject<unknown, { conditions?: { type: string; status: string }[] }>

/** Nodes without machines: kwok says for them that pods run, become ready and are gone. */
export const startKwok = async (
  tools: Toolbox,
  processes: Processes,
  plane: ControlPlane,
  nodes = ['kwok-node-1', 'kwok-node-2'],
): Promise<void> => {
  const stages = DATA_SETS.find((set) => set.name === 'kwok-files')?.files ?? []
  processes.start('kwok', tools.path('kwok'), [
    `--kubeconfig=${plane.kubeconfig}`,
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    '--node-lease-duration-seconds=40',
    ...stages.map((file) => `--config=${tools.file('kwok-files', file)}`),
  ])
  const type = await plane.client.discovery.require('v1', 'Node')
  for (const name of nodes)
    await plane.client.apply(type, nodeNamed(name), { manager: 'modelyard-sandbox', force: true })
  await until('the kwok nodes', 90, async () => {
    const known: NodeObject[] = await plane.client.list(type)
    return nodes.every((name) => known.some((node) => node.metadata.name === name && isReady(node)))
  })
}

const isReady = (node: NodeObject): boolean =>
  node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false

const nodeNamed = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    annotations: { 'kwok.x-k8s.io/node': 'fake' },
    labels: {
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      type: 'kwok',
    },
  },
  // A node that truly runs pods comes first, where there is one.
  spec: { taints: [{ key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'PreferNoSchedule' }] },
  status: {
    allocatable: { cpu: '32', memory: '256Gi', pods: '110' },
    capacity: { cpu: '32', memory: '256Gi', pods: '110' },
  },
})
