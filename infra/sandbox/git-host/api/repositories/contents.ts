import { z } from 'zod'
import { branchRef, isTreePath, nullSha } from '../../git/names.ts'
import { findEntry, readBlob, readTree, resolveCommit, writeBlob, writeCommit, writeTree } from '../../git/objects.ts'
import { moveRef } from '../../git/repository.ts'
import { followRefsInTurn } from '../../pulls/follow.ts'
import type { Repository } from '../../store/records.ts'
import { now } from '../../store/store.ts'
import { entryView, fileView, gitCommitView, linkView } from '../../views/commit.ts'
import { notFound, Problem, parseBody } from '../problems.ts'
import { type Call, ok, type Reply, repositoryRoute, type SignedCall } from '../routes.ts'
import { Branch, Message, Person } from './fields.ts'
import { commitAt } from './lookup.ts'
import { refuseWhenProtected } from './protected.ts'

const Removal = z.object({
  message: Message.min(1),
  sha: z.string().optional(),
  branch: Branch.optional(),
  author: Person.optional(),
  committer: Person.optional(),
})
const Base64 = z.string().refine((text) => /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text), 'content is not valid Base64.')
const NewFile = Removal.extend({ content: Base64 })

async function read({ host, params, query }: Call, repository: Repository): Promise<Reply> {
  const directory = host.directory(repository)
  const ref = query.get('ref') ?? repository.defaultBranch
  const commit = await commitAt(host, repository, ref)
  const path = (params.path ?? '').replace(/^\/+|\/+$/g, '')
  if (path !== '' && !isTreePath(path)) throw notFound()
  const entry = path === '' ? undefined : await findEntry(directory, commit.sha, path)
  if (path !== '' && !entry) throw notFound()
  if (entry?.type === 'commit') throw new Problem(501, 'The sandbox does not follow submodules.')
  if (entry?.type === 'blob') {
    const content = await readBlob(directory, entry.sha)
    const isLink = entry.mode === '120000'
    return ok(
      isLink ? linkView(host, repository, ref, entry, content) : fileView(host, repository, ref, entry, content),
    )
  }
  const children = await readTree(directory, entry ? entry.sha : commit.tree)
  const full = children.map((child) => ({ ...child, path: path === '' ? child.path : `${path}/${child.path}` }))
  return ok(full.map((child) => entryView(host, repository, ref, child)))
}

/** Writes or removes one file as one commit on a branch. */
const change = (call: SignedCall, repository: Repository, wish: z.infer<typeof Removal>, content: Buffer | undefined) =>
  call.host.exclusively(repository, async (): Promise<Reply> => {
    const { host, actor, params } = call
    const path = params.path ?? ''
    if (!isTreePath(path)) throw new Problem(422, 'path contains a malformed path component')
    const directory = host.directory(repository)
    const branch = wish.branch ?? repository.defaultBranch
    const parent = await resolveCommit(directory, branchRef(branch))
    if (!parent && branch !== repository.defaultBranch) throw new Problem(404, `Branch ${branch} not found`)
    refuseWhenProtected(repository, branch, actor, 409)

    const present = parent ? await findEntry(directory, parent, path) : undefined
    if (present && wish.sha === undefined) throw new Problem(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if (!present && content === undefined) throw notFound()
    if (wish.sha !== undefined && wish.sha !== present?.sha)
      throw new Problem(409, `${path} does not match ${wish.sha}`)

    const sha = content && (await writeBlob(directory, content))
    const tree = await writeTree(directory, parent, [{ path, mode: present?.mode ?? '100644', sha }])
    if (!tree) throw new Problem(422, 'path contains a malformed path component')
    const me = { name: actor.name, email: actor.email, date: now() }
    const author = { ...me, ...wish.author }
    const made = await writeCommit(directory, {
      tree,
      parents: parent ? [parent] : [],
      message: wish.message,
      author,
      committer: { ...me, ...wish.committer },
    })
    if (!(await moveRef(directory, branchRef(branch), made, parent ?? nullSha))) {
      throw new Problem(409, `${branch} was modified meanwhile. Read it again and repeat the change.`)
    }
    await followRefsInTurn(host, repository, actor)
    const commit = gitCommitView(host, repository, await commitAt(host, repository, made))
    const entry = content && (await findEntry(directory, made, path))
    return {
      status: present ? 200 : 201,
      body: { content: entry ? entryView(host, repository, branch, entry) : null, commit },
    }
  })

export const contentRoutes = [
  repositoryRoute('GET', '/contents', 'read', read),
  repositoryRoute('GET', '/contents/', 'read', read),
  repositoryRoute('GET', '/contents/:path*', 'read', read),
  repositoryRoute('PUT', '/contents/:path*', 'write', (call, repository) => {
    const wish = parseBody('Content', NewFile, call.body)
    return change(call, repository, wish, Buffer.from(wish.content, 'base64'))
  }),
  repositoryRoute('DELETE', '/contents/:path*', 'write', (call, repository) =>
    change(call, repository, parseBody('Content', Removal, call.body), undefined),
  ),
]
