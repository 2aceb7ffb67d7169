import { join } from 'node:path'
import { createBareRepository, type Refs } from './git/repository.ts'
import type { Account, Permission, Protection, Repository } from './store/records.ts'
import { now, openStore, type Store } from './store/store.ts'

/** What every part of the host works with. */
export type Host = {
  url: string
  apiUrl: string
  store: Store
  /** Stands in for a caller without a token where reading is free. */
  anonymous: Account
  /** The refs as they were when pull requests and webhooks last heard of them. */
  knownRefs: Map<number, Refs>
  account: (id: number) => Account
  findAccount: (login: string) => Account | undefined
  findRepository: (owner: string, name: string) => Repository | undefined
  fullName: (repository: Repository) => string
  directory: (repository: Repository) => string
  /** Where every new repository sends its webhooks. */
  webhook: { url: string; secret: string } | undefined
  /** One at a time for what reads refs, decides and moves them. */
  exclusively: <T>(repository: Repository, work: () => Promise<T>) => Promise<T>
  emit: (repository: Repository, event: WebhookEvent) => void
  /** A moment at which a test may want the process to die. */
  reach: (moment: Moment) => void
}

export const moments = ['merge-written', 'base-moved', 'merge-kept'] as const
export type Moment = (typeof moments)[number]

export type WebhookEvent = {
  name: 'push' | 'pull_request' | 'pull_request_review' | 'status' | 'ping' | 'issue_comment' | 'check_run'
  action?: string
  sender: Account
  payload: Record<string, unknown>
  /** Only this hook hears of it. */
  hookId?: number
}

export function createHost(state: string, url: string): Host {
  const store = openStore(state)
  const turns = new Map<number, Promise<unknown>>()
  const account = (id: number) => store.accounts.get(id) ?? ghost
  const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase()
  return {
    url,
    apiUrl: `${url}/api/v3`,
    store,
    anonymous: ghost,
    knownRefs: new Map(),
    webhook: undefined,
    account,
    findAccount: (login) => store.accounts.find((candidate) => same(candidate.login, login)),
    findRepository(owner, name) {
      const owned = store.repositories.filter((candidate) => same(account(candidate.ownerId).login, owner))
      const bare = name.replace(/\.git$/, '')
      return (
        owned.find((candidate) => same(candidate.name, bare)) ??
        owned.find((candidate) => candidate.previousNames.some((previous) => same(previous, bare)))
      )
    },
    fullName: (repository) => `${account(repository.ownerId).login}/${repository.name}`,
    // By number, so that a repository can be renamed without moving a byte.
    directory: (repository) => join(state, 'repositories', `${repository.id}.git`),
    exclusively(repository, work) {
      const turn = (turns.get(repository.id) ?? Promise.resolve()).then(work, work)
      turns.set(repository.id, turn)
      return turn
    },
    // Whoever delivers webhooks puts itself here.
    emit: () => {},
    reach: () => {},
  }
}

// GitHub shows the same name for accounts that are gone.
const ghost: Account = {
  id: 10137,
  login: 'ghost',
  name: 'Ghost',
  email: 'ghost@modelyard.example',
  type: 'User',
  permission: 'read',
  tokenHashes: [],
  createdAt: '2020-01-01T00:00:00Z',
}

type NewAccount = { login: string; name?: string; email?: string; type?: Account['type']; permission?: Permission }

export function ensureAccount(host: Host, wanted: NewAccount): Account {
  const existing = host.findAccount(wanted.login)
  if (existing) return existing
  return host.store.accounts.add((id) => ({
    id,
    login: wanted.login,
    name: wanted.name ?? wanted.login,
    email: wanted.email ?? `${wanted.login}@modelyard.example`,
    type: wanted.type ?? 'User',
    permission: wanted.permission ?? 'write',
    tokenHashes: [],
    createdAt: now(),
  }))
}

type NewRepository = {
  owner: Account
  name: string
  description?: string | null
  private?: boolean
  defaultBranch?: string
}

export async function createRepository(
  host: Host,
  wanted: NewRepository,
  protections: Record<string, Protection> = {},
) {
  const created = now()
  const repository = host.store.repositories.add((id) => ({
    id,
    ownerId: wanted.owner.id,
    name: wanted.name,
    previousNames: [],
    description: wanted.description ?? null,
    private: wanted.private ?? false,
    defaultBranch: wanted.defaultBranch ?? 'main',
    protections,
    createdAt: created,
    updatedAt: created,
    pushedAt: created,
  }))
  await createBareRepository(host.directory(repository), repository.defaultBranch)
  host.knownRefs.set(repository.id, new Map())
  return repository
}
