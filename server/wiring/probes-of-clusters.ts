/** Each cluster and the GitOps controller: do they answer, and may our account do there what the portal does? */
import type { Fact, Probe } from '../domains/integrations/integrations.ts'
import { type Cluster, type KindRef, kinds } from '../ports/cluster.ts'
import type { Clusters } from '../ports/clusters.ts'
import type { GitOps } from '../ports/gitops/gitops.ts'

const part = (kind: KindRef, name: string): KindRef => ({ ...kind, plural: `${kind.plural}/${name}` })
const secret: KindRef = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true }

const needed: readonly [label: string, verb: string, kind: KindRef][] = [
  ['Follow namespaces', 'watch', kinds.namespace],
  ['Follow quotas', 'watch', kinds.resourceQuota],
  ['Follow models', 'watch', kinds.inferenceModel],
  ['Follow pods', 'watch', kinds.pod],
  ['See events', 'list', kinds.event],
  ['Read logs', 'get', part(kinds.pod, 'log')],
]

/** What changes is Argo CD's to change; an account that may do it all the same is larger than it has to be. */
const notNeeded: typeof needed = [
  ['Create namespaces', 'create', kinds.namespace],
  ['Delete namespaces', 'delete', kinds.namespace],
  ['Change quotas', 'update', kinds.resourceQuota],
  ['Read secrets', 'get', secret],
]

async function mayDo(cluster: Cluster): Promise<Fact[]> {
  const ask =
    (isNeeded: boolean) =>
    async ([label, verb, kind]: (typeof needed)[number]): Promise<Fact> => {
      const allowed = await cluster.canI(verb, kind)
      const word = allowed ? 'allowed' : 'not allowed'
      return isNeeded ? { label, value: word, ok: allowed } : { label, value: `${word}, and not needed`, ok: null }
    }
  return Promise.all([...needed.map(ask(true)), ...notNeeded.map(ask(false))])
}

const listed = new Intl.ListFormat('en-GB')

const noCluster: Probe = {
  name: 'cluster',
  title: 'A cluster',
  group: 'delivery',
  missing: ['KUBECONFIG'],
  probe: async () => ({ version: null }),
}

export function clusterProbes(clusters: Clusters, gitops: GitOps): Probe[] {
  if (clusters.all.length === 0) return [noCluster]
  return [
    ...clusters.all.map(
      (cluster): Probe => ({
        name: `cluster:${cluster.name}`,
        title: `The cluster for ${listed.format(clusters.environmentsOf(cluster.name))}`,
        group: 'delivery',
        missing: [],
        async probe() {
          const { version, address } = await cluster.probe()
          const facts = [
            { label: 'Address', value: address, ok: null },
            { label: 'Context', value: cluster.name, ok: null },
          ]
          return { version, facts }
        },
        check: () => mayDo(cluster),
      }),
    ),
    {
      name: 'gitops',
      title: gitops.title,
      group: 'delivery',
      missing: [],
      probe: () => gitops.probe(),
      check: () => gitops.check(),
    },
  ]
}
