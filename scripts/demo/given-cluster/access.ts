import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { writeWhole } from '../../supervisor/records.ts'

export interface Access {
  /** A kubeconfig with this one context, so that everything that is started means the same cluster. */
  kubeconfig: string
  context: string
  server: string
  /** How the person would say kubectl. */
  kubectl: string
}

/** Reads the person's kubeconfig and keeps what it says of one context in the state of the demo. */
export function accessFrom(file: string, wanted: string | undefined, state: string): Access {
  const config = new KubeConfig()
  try {
    config.loadFromFile(file)
  } catch (error) {
    throw new Error(`${file} cannot be read as a kubeconfig: ${error instanceof Error ? error.message : error}`)
  }
  const name = wanted ?? config.getCurrentContext()
  const context = config.contexts.find((each) => each.name === name)
  if (!context) {
    const known = config.contexts.map((each) => each.name).join(', ') || 'none'
    throw new Error(`${file} has no context "${name ?? ''}". There are: ${known}. Name one with --context.`)
  }
  const cluster = config.clusters.find((each) => each.name === context.cluster)
  const user = config.users.find((each) => each.name === context.user)
  if (!cluster || !user) throw new Error(`The context "${name}" of ${file} names a cluster or user that is not there.`)
  const kept = new KubeConfig()
  // The portal lists contexts as environment=context, with commas between.
  const safe = name.replaceAll(/[=,\s]/g, '-')
  kept.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [{ ...context, name: safe }],
    currentContext: safe,
  })
  const copy = join(state, 'given-cluster', 'kubeconfig')
  writeWhole(copy, kept.exportConfig(), 0o600)
  return {
    kubeconfig: copy,
    context: safe,
    server: cluster.server,
    kubectl: `kubectl --kubeconfig ${file} --context ${name}`,
  }
}
