// The demo on a cluster that is there already: what it would do is said, and agreed to, before it writes there.
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { z } from 'zod'
import { readJson, writeWhole } from '../../supervisor/records.ts'
import type { GivenCluster } from '../installation/installation.ts'
import { type Access, accessFrom } from './access.ts'
import { type Look, lookAt } from './look.ts'

export interface GivenClusterOptions {
  state: string
  file: string
  context?: string | undefined
  gitAddress: string
  /** The person has agreed already. */
  yes: boolean
  tell: (line: string) => void
}

const Agreed = z.object({ server: z.string(), gitAddress: z.string() })

export async function prepareGivenCluster(options: GivenClusterOptions): Promise<GivenCluster> {
  const { state, gitAddress, tell } = options
  const access = accessFrom(options.file, options.context, state)
  for (const line of planFor(access, await lookAt(access), gitAddress)) tell(line)
  const agreement = join(state, 'given-cluster', 'agreed.json')
  const before = readJson(agreement, Agreed)
  const again = before?.server === access.server && before.gitAddress === gitAddress
  if (!options.yes && !again && !(await agrees())) throw new Error('Nothing was written. Say --yes to go on.')
  writeWhole(agreement, JSON.stringify({ server: access.server, gitAddress }))
  return { kind: 'given', kubeconfig: access.kubeconfig, context: access.context, gitAddress }
}

/** In this order: the root would bring the ApplicationSets back, and a team's project has to outlive its Applications. */
const removal = [
  'delete application platform --namespace argocd',
  'delete applicationset namespaces models --namespace argocd',
  'wait --for=delete application --selector modelyard.dev/team --namespace argocd --timeout=5m',
  'delete appproject --selector modelyard.dev/team --namespace argocd',
  'delete appproject platform --namespace argocd',
  'delete crd inferencemodels.inference.modelyard.dev',
]

export function planFor({ context, server, kubectl }: Access, { version, advice }: Look, gitAddress: string): string[] {
  const unreachable = isLoopback(gitAddress) && !isLoopback(new URL(server).hostname)
  return [
    `The cluster of context ${context} (${server}, Kubernetes ${version}) will stand for dev, staging and prod.`,
    'What this writes there, by server-side apply:',
    '  the CustomResourceDefinition inferencemodels.inference.modelyard.dev',
    '  in the namespace argocd: the AppProject platform and the Application platform',
    'From then on Argo CD applies there what is approved in the demo: a project for each team and two ApplicationSets in',
    'argocd, and the namespaces of teams with what is in them. Stopping the demo leaves all that. This takes it away:',
    ...removal.map((command) => `  ${kubectl} ${command}`),
    `Argo CD has to reach the Git host of the demo, which listens on ${gitAddress} of this machine.`,
    ...(unreachable
      ? [`! ${gitAddress} is not this machine, seen from there. Name an address it can reach with --git-address.`]
      : []),
    ...advice.map((line) => `! ${line}`),
  ]
}

const isLoopback = (host: string) =>
  host === 'localhost' || host === '[::1]' || host === '::1' || host.startsWith('127.')

async function agrees(): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question('Go on? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}
