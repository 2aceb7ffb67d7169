import { z } from 'zod'
import { createRepository, ensureAccount } from '../../host.ts'
import { now } from '../../store/store.ts'
import { fullRepositoryView, repositoryView } from '../../views/repository.ts'
import { custom, invalid, notFound, Problem, parseBody } from '../problems.ts'
import { type Call, created, may, noContent, ok, paged, repositoryRoute, route, signedIn } from '../routes.ts'
import { Branch } from './fields.ts'
import { addHook } from './hooks.ts'

const Name = z.string().regex(/^(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}$/, 'letters, digits, dots, dashes')
const NewRepository = z.object({
  name: Name,
  description: z.string().max(350).nullish(),
  private: z.boolean().default(false),
})
const RepositoryChange = z.object({
  name: Name.optional(),
  description: z.string().max(350).nullish(),
  private: z.boolean().optional(),
  default_branch: Branch.optional(),
})

async function createFor(call: Call, ownerLogin: string) {
  const { host, actor } = signedIn(call)
  if (!may(actor, 'admin')) throw new Problem(403, 'Only admins create repositories here.')
  const { name, description, private: hidden } = parseBody('Repository', NewRepository, call.body)
  if (host.findRepository(ownerLogin, name)) throw custom('Repository', 'name already exists on this account')
  const owner = ensureAccount(host, { login: ownerLogin, type: 'Organization', permission: 'read' })
  const repository = await createRepository(host, { owner, name, description, private: hidden })
  if (host.webhook) addHook(host, repository, { config: host.webhook, events: ['*'], active: true }, actor)
  return created(fullRepositoryView(host, repository, actor))
}

const list = (call: Call, ownerLogin?: string) => {
  const visible = call.host.store.repositories.filter(
    (repository) =>
      (!repository.private || call.actor !== undefined) &&
      (ownerLogin === undefined ||
        call.host.account(repository.ownerId).login.toLowerCase() === ownerLogin.toLowerCase()),
  )
  return paged(call, visible, (repository) => repositoryView(call.host, repository))
}

export const repositoryRoutes = [
  route('POST', '/user/repos', (call) => createFor(call, signedIn(call).actor.login)),
  route('POST', '/orgs/:org/repos', (call) => {
    const { org = '' } = call.params
    if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/.test(org)) throw notFound()
    return createFor(call, org)
  }),
  route('GET', '/user/repos', (call) => list(signedIn(call))),
  route('GET', '/orgs/:org/repos', (call) => list(call, call.params.org)),
  route('GET', '/users/:login/repos', (call) => list(call, call.params.login)),
  repositoryRoute('GET', '', 'read', ({ host, actor }, repository) => ok(fullRepositoryView(host, repository, actor))),
  repositoryRoute('PATCH', '', 'admin', ({ host, actor, body }, repository) => {
    const change = parseBody('Repository', RepositoryChange, body)
    const renamed = change.name !== undefined && change.name !== repository.name
    const taken = change.name && host.findRepository(host.account(repository.ownerId).login, change.name)
    if (taken && taken.id !== repository.id) throw invalid('Repository', 'name', 'already_exists')
    const changed = host.store.repositories.put({
      ...repository,
      name: change.name ?? repository.name,
      previousNames: renamed ? [...repository.previousNames, repository.name] : repository.previousNames,
      description: change.description === undefined ? repository.description : change.description,
      private: change.private ?? repository.private,
      defaultBranch: change.default_branch ?? repository.defaultBranch,
      updatedAt: now(),
    })
    return ok(fullRepositoryView(host, changed, actor))
  }),
  repositoryRoute('DELETE', '', 'admin', ({ host }, repository) => {
    // The Git data stays on disk under its number; nothing leads to it any more.
    host.store.repositories.remove(repository.id)
    return noContent()
  }),
]
