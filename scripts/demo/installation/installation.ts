import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Ports } from './ports.ts'
import type { Secrets } from './secrets.ts'

export const root = resolve(import.meta.dirname, '..', '..', '..')

/** Says of which sources the build in .next was made; it lies there, so that whoever deletes one deletes the other. */
export const buildStamp = join(root, '.next', 'sources.sha256')

/** Which cluster the installation lives on: ours, a real control plane of ours, or one of the user's. */
export type ClusterChoice = { kind: 'sandbox' } | { kind: 'real' } | GivenCluster
/** A copy of the user's kubeconfig with the context they named made current, and where their Argo CD reaches us. */
export interface GivenCluster {
  kind: 'given'
  kubeconfig: string
  context: string
  gitAddress: string
}

/** Everything the parts need to know of one another before any of them runs. */
export interface Installation {
  state: string
  mode: 'production' | 'development'
  ports: Ports
  secrets: Secrets
  urls: { portal: string; identity: string; git: string; runtime: string; prometheus: string; alertmanager: string }
  cluster: ClusterChoice
  kubeconfig: string
  /** The kubeconfig's context for every environment. */
  context: string
  /** Where the Git host listens. */
  gitAddress: string
  databaseUrl: string
  objectStoreUrl: string
  controlSocket: string
}

export function describeInstallation(
  state: string,
  mode: Installation['mode'],
  ports: Ports,
  secrets: Secrets,
  cluster: ClusterChoice,
): Installation {
  const at = (port: number, address = '127.0.0.1') => `http://${address}:${port}`
  const gitAddress = cluster.kind === 'given' ? cluster.gitAddress : '127.0.0.1'
  return {
    state,
    mode,
    ports,
    secrets,
    urls: {
      portal: at(ports.portal),
      identity: at(ports.identity),
      git: at(ports.git, gitAddress),
      runtime: at(ports.runtime),
      prometheus: at(ports.prometheus),
      alertmanager: at(ports.alertmanager),
    },
    cluster,
    gitAddress,
    ...accessTo(cluster, state),
    databaseUrl: `postgresql://postgres:${secrets.postgresPassword}@127.0.0.1:${ports.postgres}/modelyard`,
    objectStoreUrl: pathToFileURL(join(state, 'store')).href,
    controlSocket: socketPath(state),
  }
}

function accessTo(cluster: ClusterChoice, state: string): { kubeconfig: string; context: string } {
  if (cluster.kind === 'given') return { kubeconfig: cluster.kubeconfig, context: cluster.context }
  if (cluster.kind === 'real') return { kubeconfig: join(state, 'real', 'kubeconfig'), context: 'real' }
  return { kubeconfig: join(state, 'cluster', 'kubeconfig'), context: 'admin' }
}

// The system allows about a hundred bytes for the path of a socket; a deep checkout has more.
function socketPath(state: string): string {
  const inside = join(state, 'run', 'runtime.sock')
  if (Buffer.byteLength(inside) < 100) return inside
  const folder = join(tmpdir(), `modelyard-${createHash('sha256').update(state).digest('hex').slice(0, 12)}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  // Everybody may put something into the temporary folder: a link, or a folder of their own.
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    throw new Error(`${folder} is not a folder for you alone. Remove it, or choose a shorter path with --state.`)
  }
  return join(folder, 'runtime.sock')
}
