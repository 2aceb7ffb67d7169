/** The reconciler as a whole: watches Argo CD's objects and the repositories, and queues what has to be looked at. */
import { setTimeout as delay } from 'node:timers/promises'
import { at, listAt, textAt } from '#sandbox/kube-client/fields.ts'
import { Informer } from '#sandbox/kube-client/informer.ts'
import type { KubeClient } from '#sandbox/kube-client/kube-client.ts'
import type { KubeObject } from '#sandbox/kube-client/objects.ts'
import { WorkQueue } from '#sandbox/kube-client/work-queue.ts'
import {
  type Application,
  type ApplicationSpec,
  GROUP_VERSION,
  type Project,
  ProjectSpec,
  SET_REFRESH,
} from './application.ts'
import { reconcile, type Surroundings, sameRequest } from './application-controller.ts'
import { type ApplicationSet, reconcileSet } from './application-sets.ts'
import { installDefinitions } from './crds.ts'
import { Repositories } from './git/repositories.ts'
import type { Credentials } from './git/repository.ts'
import type { Destination } from './project-rules.ts'
import { Comparer } from './sync/comparison.ts'
import { LiveState } from './sync/live-state.ts'

const IN_CLUSTER = 'https://kubernetes.default.svc'
const PARALLEL = 6

export type GitOpsOptions = {
  client: KubeClient
  state: string
  credentials?: Credentials
  pollMilliseconds: number
  log: (message: string) => void
}
export type GitOps = { pushed(): Promise<void>; stop(): Promise<void> }

export const startGitOps = async ({
  client,
  state,
  credentials,
  pollMilliseconds,
  log,
}: GitOpsOptions): Promise<GitOps> => {
  await installDefinitions(client)
  await ensureNamespace(client)
  const repositories = new Repositories(state, credentials, (url) => wakeUsersOf(url))
  const informer = async <T extends KubeObject>(apiVersion: string, kind: string) =>
    new Informer<T>(client, await typeWhenServed(client, apiVersion, kind), { namespace: 'argocd', log })
  const applications = await informer<Application>(GROUP_VERSION, 'Application')
  const sets = await informer<ApplicationSet>(GROUP_VERSION, 'ApplicationSet')
  const projects = await informer(GROUP_VERSION, 'AppProject')
  const secrets = await informer('v1', 'Secret')

  const queue = new WorkQueue((name) => reconcile(world, name), { concurrency: PARALLEL, log })
  const setQueue = new WorkQueue(
    async (name) => {
      const set = sets.get('argocd', name)
      if (set) await reconcileSet({ client, repositories, applications: () => applications.all(), hasProject }, set)
      return undefined
    },
    { log, maxBackoffMilliseconds: 5000 },
  )
  const live = new LiveState(client, (name) => queue.add(name), log)
  const hasProject = (name: string) => projects.get('argocd', name) !== undefined
  const world: Surroundings = {
    client,
    live,
    repositories,
    comparer: new Comparer(client, live),
    projectNamed: (name) => projectFrom(projects.get('argocd', name)),
    destinationOf: (spec) => destinationOf(spec, client.server, secrets.all()),
  }

  const allAgain = () => {
    for (const each of applications.all()) queue.add(each.metadata.name)
    for (const each of sets.all()) setQueue.add(each.metadata.name)
  }
  await Promise.all([applications, sets, projects, secrets].map((each) => each.synced))
  applications.onChange((_, application, before) => {
    if (!before || !sameRequest(application, before)) queue.add(application.metadata.name)
    const owner = application.metadata.ownerReferences?.find((each) => each.kind === 'ApplicationSet')
    if (owner && (!before || !sameRequest(application, before))) setQueue.add(owner.name)
  })
  sets.onChange((_, set, before) => {
    const asked = set.metadata.annotations?.[SET_REFRESH] !== before?.metadata.annotations?.[SET_REFRESH]
    if (!before || asked || before.metadata.generation !== set.metadata.generation) setQueue.add(set.metadata.name)
  })
  projects.onChange(allAgain)
  secrets.onChange((_, secret) => {
    if (secret.metadata.labels?.['argocd.argoproj.io/secret-type'] === 'cluster') allAgain()
  })

  const stopping = new AbortController()
  const look = () => repositories.fetchAll(log)
  const wakeUsersOf = (moved: string) => {
    for (const each of applications.all())
      if (textAt(each.spec, 'source', 'repoURL') === moved) queue.add(each.metadata.name)
    for (const each of sets.all()) if (repositoriesOf(each).includes(moved)) setQueue.add(each.metadata.name)
  }
  const polling = (async () => {
    while (!stopping.signal.aborted) {
      await delay(pollMilliseconds, undefined, { signal: stopping.signal }).catch(() => undefined) // rejects when stopped
      if (!stopping.signal.aborted) await look()
    }
  })()

  return {
    pushed: look,
    async stop() {
      stopping.abort()
      for (const each of [applications, sets, projects, secrets]) each.stop()
      live.stop()
      await Promise.all([queue.stop(), setQueue.stop(), polling])
      client.close()
    },
  }
}

const repositoriesOf = (set: ApplicationSet): string[] =>
  listAt(set.spec, 'generators').map((generator) => textAt(generator, 'git', 'repoURL'))

const projectFrom = (object: KubeObject | undefined): Project | undefined =>
  object && { name: object.metadata.name, spec: ProjectSpec.parse(object.spec ?? {}) }

/** This reconciler serves one API server; a cluster Secret may give it further addresses. */
const destinationOf = (spec: ApplicationSpec, own: string, secrets: readonly KubeObject[]): Destination | string => {
  const { server, name, namespace } = spec.destination
  const clusters = secrets
    .filter((secret) => secret.metadata.labels?.['argocd.argoproj.io/secret-type'] === 'cluster')
    .map((secret) => ({ server: decoded(secret, 'server'), name: decoded(secret, 'name') }))
  const known = [...clusters, { server: IN_CLUSTER, name: 'in-cluster' }, { server: own, name: 'in-cluster' }]
  if (server && name) return `application destination can't have both name and server defined: ${name} ${server}`
  if (!server && !name) return 'Destination server missing from app spec'
  const found = known.find((each) => (server ? each.server === server.replace(/\/$/, '') : each.name === name))
  if (found) return { ...found, namespace }
  return server
    ? `unable to find destination server: error getting cluster by server "${server}": rpc error: code = NotFound desc = cluster "${server}" not found`
    : `unable to find destination server: there are no clusters with this name: ${name}`
}

const decoded = (secret: KubeObject, key: string): string =>
  Buffer.from(textAt(at(secret, 'data'), key), 'base64')
    .toString('utf8')
    .replace(/\/$/, '')

const ensureNamespace = async (client: KubeClient): Promise<void> => {
  const type = await client.discovery.require('v1', 'Namespace')
  await client.apply(
    type,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } },
    { manager: 'modelyard-sandbox', force: true },
  )
}

/** A definition is served a moment after it has been accepted. */
const typeWhenServed = async (client: KubeClient, apiVersion: string, kind: string) => {
  for (let tries = 0; tries < 100; tries += 1) {
    const type = await client.discovery.find(apiVersion, kind)
    if (type) return type
    await delay(100)
  }
  return client.discovery.require(apiVersion, kind)
}
