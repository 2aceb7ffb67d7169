// What the portal calls the cluster: the sandbox's, a real control plane of our own, or one that is there already.
import { join } from 'node:path'
import type { Part } from '../../supervisor/part.ts'
import type { Installation } from '../installation/installation.ts'
import { repositoryUrlOf } from './outside-world.ts'
import { node, type PartsOptions } from './program.ts'

export function cluster(options: PartsOptions): Part[] {
  const parts = clusterParts(options)
  return [...parts, introduction(options.installation, parts)]
}

function clusterParts(options: PartsOptions): Part[] {
  const { cluster } = options.installation
  if (cluster.kind === 'given') return []
  return cluster.kind === 'real' ? realCluster(options) : sandboxCluster(options)
}

function sandboxCluster({ installation, release }: PartsOptions): Part[] {
  const { state, ports, urls, kubeconfig } = installation
  return [
    {
      name: 'cluster',
      title: 'Kubernetes API',
      after: [],
      kind: 'service',
      async make() {
        await release('cluster')
        return node('infra/sandbox/cluster/main.ts', {
          port: String(ports.cluster),
          state: join(state, 'cluster'),
          // kubectl sends no token over plain HTTP.
          tls: true,
        })
      },
    },
    {
      name: 'controllers',
      title: 'Cluster controllers',
      after: ['cluster'],
      kind: 'service',
      make: () => node('infra/sandbox/controllers/main.ts', { kubeconfig }),
    },
    {
      name: 'gitops',
      title: 'GitOps reconciler',
      after: ['cluster', 'git'],
      kind: 'service',
      make: () =>
        node('infra/sandbox/gitops/main.ts', { kubeconfig, 'git-base': urls.git, state: join(state, 'gitops') }),
    },
    processNode(installation),
  ]
}

const minute = 60_000

function realCluster({ installation, release, tell }: PartsOptions): Part[] {
  const { state, ports, urls } = installation
  return [
    {
      name: 'binaries',
      title: 'Binaries of Kubernetes and Argo CD',
      after: [],
      kind: 'task',
      // Minutes the first time, so it says how far it is.
      make: () => ({ ...node('scripts/tools/real-cluster.ts', {}), onLine: (line) => tell(`  ${line}`) }),
    },
    {
      name: 'cluster',
      title: 'Kubernetes and Argo CD',
      after: ['binaries', 'git'],
      kind: 'service',
      async make() {
        await release('cluster')
        return {
          ...node('infra/sandbox/real/start.ts', {
            state: join(state, 'real'),
            port: String(ports.cluster),
            keep: true,
            'git-base': urls.git,
          }),
          patienceMilliseconds: 5 * minute,
        }
      },
    },
    processNode(installation),
  ]
}

/** A node that truly runs what the portal ships; pods would wait for a machine without it. */
function processNode({ state, kubeconfig, cluster }: Installation): Part {
  return {
    name: 'kubelet',
    title: 'Process node',
    after: ['cluster'],
    kind: 'service',
    make: () =>
      node('infra/sandbox/kubelet/main.ts', {
        kubeconfig,
        state: join(state, 'kubelet'),
        // A real API server asks a node for logs over TLS only.
        ...(cluster.kind === 'real' ? { tls: true } : {}),
      }),
  }
}

/** What a platform admin would apply once by kubectl, after the controllers that bring Argo CD's kinds. */
function introduction(installation: Installation, cluster: Part[]): Part {
  return {
    name: 'introduction',
    title: 'Cluster and repository',
    after: ['git', ...cluster.filter((part) => part.name !== 'kubelet').map((part) => part.name)],
    kind: 'task',
    make: () =>
      node('infra/sandbox/seed/main.ts', {
        kubeconfig: installation.kubeconfig,
        'repository-url': repositoryUrlOf(installation),
        ...(installation.cluster.kind === 'given' ? { 'has-argo-cd': true } : {}),
      }),
  }
}
