/** A GitOps controller in memory: folders of names, applied as Argo CD would apply them. */
import type { WatchEvent } from '../../ports/cluster.ts'
import { type Application, type GitOps, GitOpsError, type GitOpsFault } from '../../ports/gitops/gitops.ts'

type Folder = { commit: string; maps: readonly string[]; broken: boolean; hangs: boolean; live: Set<string> }

export type FakeGitOps = GitOps & {
  /** Puts an Application there as it is, with what is told of it. */
  put(application: Partial<Application> & { name: string }): void
  remove(name: string): void
  down(isDown: boolean): void
  /** Every refresh and sync that was asked for, in order. */
  readonly asked: string[]
  write(name: string, maps: readonly string[], options?: { automated?: boolean }): Promise<string>
  spoil(name: string): Promise<void>
  hang(name: string): Promise<void>
  discovery: { namespaces: string | null; models: string | null }
}

const blank: Omit<Application, 'name'> = {
  team: null,
  environment: null,
  namespace: '',
  path: '',
  targetRevision: 'main',
  automated: true,
  prunes: true,
  deleting: false,
  sync: 'Unknown',
  revision: null,
  health: 'Unknown',
  healthMessage: null,
  operation: null,
  history: [],
  resources: [],
  messages: [],
  lookedAt: null,
  askedToLook: false,
}
const noSet = 'Argo CD has no ApplicationSet of that name.'

export function createFakeGitOps(cluster = 'fake'): FakeGitOps {
  const applications = new Map<string, Application>()
  const folders = new Map<string, Folder>()
  const followers = new Set<(event: WatchEvent<Application>) => void>()
  const asked: string[] = []
  let commits = 0
  let isDown = false

  const fault = (kind: GitOpsFault, detail: string) => new GitOpsError(kind, { detail, remedy: 'Wait a moment.' })
  const up = () => {
    if (isDown) throw fault('unreachable', `The cluster ${cluster} does not answer.`)
  }
  const found = (name: string) => {
    up()
    const application = applications.get(name)
    if (!application) throw fault('not_found', `Argo CD has nothing named ${name}.`)
    return application
  }
  const tell = (event: WatchEvent<Application>) => {
    for (const follower of followers) follower(event)
  }
  const store = (application: Application) => {
    applications.set(application.name, application)
    tell({ type: 'changed', item: application })
  }

  function look(application: Application): Application {
    const folder = folders.get(application.name)
    const seen = { ...application, lookedAt: new Date().toISOString(), askedToLook: false }
    if (!folder) return seen
    if (folder.broken) {
      const message = 'Failed to load target state: broken.yaml cannot be read'
      return { ...seen, sync: 'Unknown', messages: [{ type: 'ComparisonError', message, at: null }] }
    }
    const names = [...new Set([...folder.maps, ...folder.live])]
    const resources = names.map((name) => {
      const isLive = folder.live.has(name)
      const isWanted = folder.maps.includes(name)
      return {
        group: '',
        kind: 'ConfigMap',
        namespace: application.namespace,
        name,
        sync: isLive && isWanted ? 'Synced' : 'OutOfSync',
        health: isLive ? null : 'Missing',
        message: null,
        toBeRemoved: !isWanted,
      }
    })
    const synced = resources.every((each) => each.sync === 'Synced')
    return {
      ...seen,
      messages: [],
      resources,
      revision: folder.commit,
      sync: synced ? 'Synced' : 'OutOfSync',
      health: resources.some((each) => each.health === 'Missing') ? 'Missing' : 'Healthy',
    }
  }

  function apply(application: Application, by: string | null, prune: boolean): Application {
    const folder = folders.get(application.name)
    if (!folder) return application
    const now = new Date().toISOString()
    const operation = { message: null, revision: folder.commit, startedAt: now, by, retries: 0 }
    if (folder.hangs) return { ...application, operation: { ...operation, phase: 'Running', finishedAt: null } }
    for (const map of folder.maps) folder.live.add(map)
    if (prune) for (const map of folder.live) if (!folder.maps.includes(map)) folder.live.delete(map)
    const deployed = { id: application.history.length, revision: folder.commit, at: now, by }
    return look({
      ...application,
      operation: { ...operation, phase: 'Succeeded', finishedAt: now },
      history: [deployed, ...application.history],
    })
  }

  async function write(name: string, maps: readonly string[], { automated = true } = {}) {
    commits += 1
    const commit = commits.toString(16).padStart(40, '0')
    const live = folders.get(name)?.live ?? new Set<string>()
    folders.set(name, { commit, maps, broken: false, hangs: false, live })
    const known = applications.get(name) ?? { ...blank, name, namespace: 'contract', path: `apps/${name}` }
    store({ ...known, automated, prunes: automated })
    return commit
  }

  const change = (name: string, fields: Partial<Folder>) => {
    const folder = folders.get(name)
    if (folder) folders.set(name, { ...folder, ...fields, commit: `${folder.commit.slice(0, -1)}f` })
  }

  const discovery: FakeGitOps['discovery'] = { namespaces: null, models: noSet }
  return {
    title: 'Argo CD',
    cluster,
    asked,
    discovery,
    write,
    spoil: async (name) => change(name, { broken: true }),
    hang: async (name) => change(name, { hangs: true }),
    put: (application) => store({ ...blank, ...applications.get(application.name), ...application }),
    remove(name) {
      const application = applications.get(name)
      applications.delete(name)
      if (application) tell({ type: 'deleted', item: application })
    },
    down(value) {
      isDown = value
      if (value) tell({ type: 'problem', message: `The cluster ${cluster} does not answer.` })
      else tell({ type: 'synced', items: [...applications.values()] })
    },
    async get(name) {
      up()
      return applications.get(name)
    },
    async watch({ onEvent, onSign, signal }) {
      const follower = (event: WatchEvent<Application>) => {
        onSign?.(event.type === 'synced' ? 'listed' : 'event')
        onEvent(event)
      }
      follower({ type: 'synced', items: [...applications.values()] })
      followers.add(follower)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      followers.delete(follower)
    },
    async refresh(name, how) {
      const application = found(name)
      asked.push(`refresh ${name} ${how}`)
      const seen = look(application)
      store(seen.automated && seen.sync === 'OutOfSync' && !isBusy(seen) ? apply(seen, null, seen.prunes) : seen)
      const folder = folders.get(name)
      if (folder?.hangs && !isBusy(seen)) store(apply(seen, null, false))
    },
    async sync(name, { by, prune }) {
      const application = found(name)
      if (isBusy(application)) throw fault('busy', `Argo CD is at work on ${name} already.`)
      asked.push(`sync ${name} by ${by}${prune ? ', removing what is left over' : ''}`)
      store(apply(application, by, prune))
    },
    async discover(kind) {
      up()
      if (discovery[kind] === noSet) throw fault('not_found', noSet)
      asked.push(`discover ${kind}`)
    },
    async discoveryProblem(kind) {
      up()
      return discovery[kind]
    },
    async probe() {
      up()
      return { version: 'fake', facts: [{ label: 'Controller', value: 'at work', ok: true }] }
    },
    async check() {
      up()
      return [{ label: 'See Applications', value: 'allowed', ok: true }]
    },
  }
}

const isBusy = (application: Application) => application.operation?.phase === 'Running'
