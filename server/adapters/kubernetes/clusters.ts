/** Which cluster serves which environment: by the contexts of a kubeconfig, or the account of the pod we run in. */
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, resolve } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Environment, environments } from '../../contracts/names.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { Clusters } from '../../ports/clusters.ts'
import { createKubernetesCluster } from './kubernetes.ts'

/** The name of a context that stands for the account of the pod, beside those of a kubeconfig. */
export const inCluster = 'in-cluster'

export type ClusterSettings = {
  /** Files as kubectl takes them: one, or several with the separator of PATH between them. Null inside a cluster. */
  kubeconfig: string | null
  /** The context of each environment; several may be the same. What is left out is the kubeconfig's current context. */
  contexts: Partial<Record<Environment, string>>
  argocd: { context: string | null; namespace: string }
}

/** Every fault of the settings that can be told without asking a cluster. */
export function clusterFaults({ kubeconfig, contexts, argocd }: ClusterSettings): string[] {
  if (kubeconfig === null) {
    const named = [...Object.values(contexts), argocd.context].filter((each) => each && each !== inCluster)
    return named.length === 0 ? [] : [`Without KUBECONFIG there is no context ${named.join(', ')}, only ${inCluster}.`]
  }
  const missing = kubeconfig.split(delimiter).filter((file) => !existsSync(file))
  if (missing.length > 0) return missing.map((file) => `KUBECONFIG: ${file} is not there.`)
  const config = read(kubeconfig)
  const known = config.getContexts().map((each) => each.name)
  const wanted = new Set([...Object.values(contexts), argocd.context])
  return [...wanted].flatMap((context) =>
    context && context !== inCluster && !known.includes(context)
      ? [`The kubeconfig has no context ${context}; it has ${known.join(', ') || 'none'}.`]
      : [],
  )
}

export function createClusters(settings: ClusterSettings): Clusters {
  const usual = settings.kubeconfig === null ? inCluster : read(settings.kubeconfig).getCurrentContext()
  const contextOf = (environment: Environment) => settings.contexts[environment] ?? usual
  const byContext = new Map<string, Cluster>()
  const clusterFor = (context: string): Cluster => {
    const known = byContext.get(context)
    if (known) return known
    const cluster = createKubernetesCluster(() => configOf(settings.kubeconfig, context), context)
    byContext.set(context, cluster)
    return cluster
  }
  const of = (environment: Environment) => clusterFor(contextOf(environment))
  const all = [...new Set(environments.map(of))]
  return {
    of,
    all,
    environmentsOf: (cluster) => environments.filter((environment) => of(environment).name === cluster),
    gitops: { cluster: clusterFor(settings.argocd.context ?? contextOf('prod')), namespace: settings.argocd.namespace },
  }
}

function read(kubeconfig: string): KubeConfig {
  const [first, ...others] = kubeconfig.split(delimiter).map(readOne)
  if (!first) throw new Error('KUBECONFIG names no file.')
  for (const other of others) first.mergeConfig(other, true)
  return first
}

const TokenFiles = z.object({
  users: z
    .array(z.object({ name: z.string(), user: z.object({ tokenFile: z.string().optional() }).nullish() }))
    .default([]),
})

function readOne(file: string): KubeConfig {
  const config = new KubeConfig()
  config.loadFromFile(file)
  // The client knows this field of kubectl's under another name only.
  const { users } = TokenFiles.parse(parse(readFileSync(file, 'utf8')) ?? {})
  config.users = config.users.map((user) => {
    const path = users.find((each) => each.name === user.name)?.user?.tokenFile
    return path && !user.token ? { ...user, token: readFileSync(resolve(dirname(file), path), 'utf8').trim() } : user
  })
  return config
}

function configOf(kubeconfig: string | null, context: string): KubeConfig {
  if (kubeconfig === null || context === inCluster) {
    const config = new KubeConfig()
    config.loadFromCluster()
    return config
  }
  const config = read(kubeconfig)
  config.setCurrentContext(context)
  return config
}
