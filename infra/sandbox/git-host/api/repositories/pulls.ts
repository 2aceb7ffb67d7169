import { z } from 'zod'
import { isAncestor } from '../../git/compare.ts'
import { branchRef, nullSha } from '../../git/names.ts'
import { listRefs, moveRef } from '../../git/repository.ts'
import { fullPullView, pullCommits, pullFiles } from '../../pulls/details.ts'
import { closePull } from '../../pulls/follow.ts'
import { mergePull } from '../../pulls/merge.ts'
import type { Pull, Repository } from '../../store/records.ts'
import { now } from '../../store/store.ts'
import { commitView, fileChangeView } from '../../views/commit.ts'
import { pullView } from '../../views/pull.ts'
import { emitPull } from '../../webhooks/pulls.ts'
import { custom, invalid, notFound, Problem, parseBody } from '../problems.ts'
import { type Call, created, number, ok, paged, repositoryRoute, type SignedCall } from '../routes.ts'
import { Branch, Message } from './fields.ts'

const Title = Message.trim().min(1).max(256)
const Body = z.string().max(65_536).nullish()
const NewPull = z.object({
  title: Title,
  body: Body,
  head: z.string(),
  base: z.string(),
  draft: z.boolean().default(false),
})
const PullChange = z.object({
  title: Title.optional(),
  body: Body,
  state: z.enum(['open', 'closed']).optional(),
  base: Branch.optional(),
})
const Merge = z.object({
  sha: z.string().optional(),
  merge_method: z.enum(['merge', 'squash', 'rebase']).default('merge'),
  commit_title: Message.min(1).optional(),
  commit_message: Message.optional(),
})

export function pullAt({ host, params }: Call, repository: Repository): Pull {
  const wanted = number(params.number)
  const pull = host.store.pulls.find((each) => each.repositoryId === repository.id && each.number === wanted)
  if (!pull) throw notFound()
  return pull
}

function matching({ host, query }: Call, repository: Repository): Pull[] {
  const state = query.get('state') ?? 'open'
  const base = query.get('base')
  const [owner, head] = query.get('head')?.split(/:(.*)/s) ?? []
  const ours = host.account(repository.ownerId).login.toLowerCase()
  const pulls = host.store.pulls.filter(
    (pull) =>
      pull.repositoryId === repository.id &&
      (state === 'all' || pull.state === state) &&
      (base === null || pull.base === base) &&
      // GitHub ignores a head without an owner.
      (head === undefined || (owner?.toLowerCase() === ours && pull.head === head)),
  )
  const key = (pull: Pull) => (query.get('sort') === 'updated' ? pull.updatedAt : String(pull.number).padStart(9, '0'))
  const ascending = query.get('direction') === 'asc'
  return pulls.sort((left, right) => (key(left) < key(right) ? -1 : 1) * (ascending ? 1 : -1))
}

async function open({ host, actor, body }: SignedCall, repository: Repository) {
  const wish = parseBody('PullRequest', NewPull, body)
  const directory = host.directory(repository)
  const owner = host.account(repository.ownerId).login
  const head = wish.head.startsWith(`${owner}:`) ? wish.head.slice(owner.length + 1) : wish.head
  const refs = await listRefs(directory, 'refs/heads/')
  const [headSha, baseSha] = [refs.get(branchRef(head)), refs.get(branchRef(wish.base))]
  if (!headSha) throw invalid('PullRequest', 'head')
  if (!baseSha) throw invalid('PullRequest', 'base')
  const all = host.store.pulls.filter((pull) => pull.repositoryId === repository.id)
  if (all.some((pull) => pull.state === 'open' && pull.head === head && pull.base === wish.base)) {
    throw custom('PullRequest', `A pull request already exists for ${owner}:${head}.`)
  }
  if (await isAncestor(directory, headSha, baseSha)) {
    throw custom('PullRequest', `No commits between ${wish.base} and ${head}`)
  }
  const time = now()
  const pull = host.store.pulls.add((id) => ({
    id,
    repositoryId: repository.id,
    number: Math.max(0, ...all.map((each) => each.number)) + 1,
    title: wish.title,
    body: wish.body ?? null,
    userId: actor.id,
    head,
    headSha,
    base: wish.base,
    baseSha,
    state: 'open',
    draft: wish.draft,
    merging: null,
    mergedSha: null,
    mergedById: null,
    createdAt: time,
    updatedAt: time,
    closedAt: null,
    mergedAt: null,
  }))
  await moveRef(directory, `refs/pull/${pull.number}/head`, headSha, nullSha)
  await emitPull(host, repository, pull, 'opened', actor)
  return created(await fullPullView(host, repository, pull))
}

async function change(call: SignedCall, repository: Repository) {
  const { host, actor } = call
  const pull = pullAt(call, repository)
  const wish = parseBody('PullRequest', PullChange, call.body)
  const directory = host.directory(repository)
  const refs = await listRefs(directory, 'refs/heads/')
  if (wish.base && !refs.has(branchRef(wish.base))) throw invalid('PullRequest', 'base')
  const text = {
    title: wish.title ?? pull.title,
    body: wish.body === undefined ? pull.body : wish.body,
    base: wish.base ?? pull.base,
  }
  const before = { title: pull.title, body: pull.body, base: pull.base }
  let current = pull
  if (text.title !== before.title || text.body !== before.body || text.base !== before.base) {
    const baseSha = text.base === pull.base ? pull.baseSha : (refs.get(branchRef(text.base)) ?? pull.baseSha)
    current = host.store.pulls.put({ ...pull, ...text, baseSha, updatedAt: now() })
    const changes = {
      ...(text.title !== before.title && { title: { from: before.title } }),
      ...(text.body !== before.body && { body: { from: before.body ?? '' } }),
    }
    await emitPull(host, repository, current, 'edited', actor, { changes })
  }
  if (wish.state === 'closed' && current.state === 'open') current = await closePull(host, repository, current, actor)
  if (wish.state === 'open' && current.state === 'closed') {
    const headSha = refs.get(branchRef(current.head))
    if (current.mergedAt !== null || !headSha)
      throw custom('PullRequest', 'state cannot be changed: it is merged or its branch is gone.')
    current = host.store.pulls.put({ ...current, state: 'open', headSha, closedAt: null, updatedAt: now() })
    await emitPull(host, repository, current, 'reopened', actor)
  }
  return ok(await fullPullView(host, repository, current))
}

export const pullRoutes = [
  repositoryRoute('GET', '/pulls', 'read', (call, repository) =>
    paged(call, matching(call, repository), (pull) => pullView(call.host, repository, pull)),
  ),
  repositoryRoute('POST', '/pulls', 'write', (call, repository) =>
    call.host.exclusively(repository, () => open(call, repository)),
  ),
  repositoryRoute('GET', '/pulls/:number', 'read', async (call, repository) =>
    ok(await fullPullView(call.host, repository, pullAt(call, repository))),
  ),
  repositoryRoute('PATCH', '/pulls/:number', 'write', (call, repository) =>
    call.host.exclusively(repository, () => change(call, repository)),
  ),
  repositoryRoute('GET', '/pulls/:number/files', 'read', async (call, repository) => {
    const pull = pullAt(call, repository)
    const files = await pullFiles(call.host, repository, pull)
    return paged(call, files, (file) => fileChangeView(call.host, repository, pull.headSha, file))
  }),
  repositoryRoute('GET', '/pulls/:number/commits', 'read', async (call, repository) => {
    const commits = await pullCommits(call.host, repository, pullAt(call, repository))
    return paged(call, commits, (commit) => commitView(call.host, repository, commit))
  }),
  repositoryRoute('GET', '/pulls/:number/merge', 'read', (call, repository) => {
    if (pullAt(call, repository).mergedAt === null) throw notFound()
    return { status: 204 }
  }),
  repositoryRoute('PUT', '/pulls/:number/merge', 'write', async (call, repository) => {
    const { number: wanted } = pullAt(call, repository)
    const wish = parseBody('PullRequest', Merge, call.body)
    const { sha, merge_method: method, commit_title: title, commit_message: message } = wish
    const merged = await mergePull(call.host, repository, wanted, { sha, method, title, message }, call.actor)
    if (merged.mergedSha === null) throw new Problem(405, 'Pull Request is not mergeable')
    return ok({ sha: merged.mergedSha, merged: true, message: 'Pull Request successfully merged' })
  }),
]
