import { z } from 'zod'
import { isAncestor } from '../../git/compare.ts'
import { isRefName, isTreePath, nullSha } from '../../git/names.ts'
import {
  readBlob,
  readCommit,
  readTree,
  type TreeEntry,
  typeOf,
  typesOf,
  writeBlob,
  writeCommit,
  writeTree,
} from '../../git/objects.ts'
import { listRefs, moveRef } from '../../git/repository.ts'
import type { Host } from '../../host.ts'
import { followRefsInTurn } from '../../pulls/follow.ts'
import type { Repository } from '../../store/records.ts'
import { now } from '../../store/store.ts'
import { nodeId } from '../../views/account.ts'
import { gitCommitView, refView } from '../../views/commit.ts'
import { apiOf } from '../../views/links.ts'
import { invalid, notFound, Problem, parseBody } from '../problems.ts'
import { created, noContent, ok, paged, repositoryRoute } from '../routes.ts'
import { Message, Person, Sha } from './fields.ts'
import { commitAt } from './lookup.ts'
import { refuseWhenProtected } from './protected.ts'

const NewBlob = z.object({ content: z.string(), encoding: z.enum(['utf-8', 'utf8', 'base64']).default('utf-8') })
const NewTree = z.object({
  base_tree: Sha.optional(),
  tree: z
    .array(
      z.object({
        path: z.string().refine(isTreePath, 'tree.path contains a malformed path component'),
        mode: z.enum(['100644', '100755', '040000', '120000', '160000']).default('100644'),
        type: z.enum(['blob', 'tree', 'commit']).optional(),
        sha: Sha.nullish(),
        content: z.string().optional(),
      }),
    )
    .min(1)
    .max(100_000),
})
const NewCommit = z.object({
  message: Message,
  tree: Sha,
  parents: z.array(Sha).default([]),
  author: Person.optional(),
  committer: Person.optional(),
})
const NewRef = z.object({
  ref: z
    .string()
    .regex(/^refs\/(heads|tags)\//)
    .refine(isRefName),
  sha: Sha,
})
const RefChange = z.object({ sha: Sha, force: z.boolean().default(false) })

const treeView = (host: Host, repository: Repository, sha: string, entries: readonly TreeEntry[]) => ({
  sha,
  url: `${apiOf(host, repository)}/git/trees/${sha}`,
  tree: entries.map(({ path, mode, type, sha, size }) => ({
    path,
    mode,
    type,
    sha,
    ...(size !== undefined && { size }),
    url: `${apiOf(host, repository)}/git/${type}s/${sha}`,
  })),
  truncated: false,
})

const branchOf = (ref: string) => (ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined)

export const gitDataRoutes = [
  repositoryRoute('POST', '/git/blobs', 'write', async ({ host, body }, repository) => {
    const { content, encoding } = parseBody('Blob', NewBlob, body)
    const sha = await writeBlob(
      host.directory(repository),
      Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'),
    )
    return created({ sha, url: `${apiOf(host, repository)}/git/blobs/${sha}` })
  }),
  repositoryRoute('GET', '/git/blobs/:sha', 'read', async ({ host, params: { sha = '' } }, repository) => {
    if ((await typeOf(host.directory(repository), sha)) !== 'blob') throw notFound()
    const content = await readBlob(host.directory(repository), sha)
    return ok({
      sha,
      node_id: nodeId('Blob', sha),
      size: content.length,
      url: `${apiOf(host, repository)}/git/blobs/${sha}`,
      content: content.toString('base64'),
      encoding: 'base64',
    })
  }),
  repositoryRoute('POST', '/git/trees', 'write', async ({ host, body }, repository) => {
    const wish = parseBody('Tree', NewTree, body)
    const directory = host.directory(repository)
    if (wish.base_tree && !['tree', 'commit'].includes((await typeOf(directory, wish.base_tree)) ?? '')) {
      throw new Problem(422, 'base_tree is not a valid tree oid')
    }
    const types = await typesOf(
      directory,
      wish.tree.flatMap(({ sha }) => sha ?? []),
    )
    const changes = []
    for (const { path, mode, sha, content } of wish.tree) {
      if (sha && mode !== '160000' && types.get(sha) !== (mode === '040000' ? 'tree' : 'blob')) {
        throw new Problem(422, `tree.sha ${sha} is not a valid ${mode === '040000' ? 'tree' : 'blob'}`)
      }
      if (mode === '040000') {
        for (const entry of sha ? await readTree(directory, sha, ['-r']) : []) {
          changes.push({ path: `${path}/${entry.path}`, mode: entry.mode, sha: entry.sha })
        }
        continue
      }
      changes.push({
        path,
        mode,
        sha: sha ?? (content === undefined ? undefined : await writeBlob(directory, content)),
      })
    }
    const tree = await writeTree(directory, wish.base_tree, changes)
    if (!tree) throw new Problem(422, 'The tree could not be written: a path is malformed or two entries collide.')
    return created(treeView(host, repository, tree, await readTree(directory, tree)))
  }),
  repositoryRoute('GET', '/git/trees/:sha*', 'read', async ({ host, params: { sha = '' }, query }, repository) => {
    const directory = host.directory(repository)
    const tree = (await typeOf(directory, sha)) === 'tree' ? sha : (await commitAt(host, repository, sha)).tree
    return ok(
      treeView(host, repository, tree, await readTree(directory, tree, query.has('recursive') ? ['-r', '-t'] : [])),
    )
  }),
  repositoryRoute('POST', '/git/commits', 'write', async ({ host, actor, body }, repository) => {
    const wish = parseBody('Commit', NewCommit, body)
    const directory = host.directory(repository)
    if ((await typeOf(directory, wish.tree)) !== 'tree') throw new Problem(422, 'Tree SHA does not exist')
    for (const parent of wish.parents) {
      if ((await typeOf(directory, parent)) !== 'commit')
        throw new Problem(422, 'Parent SHA does not exist or is not a commit object')
    }
    const author = { name: actor.name, email: actor.email, date: now(), ...wish.author }
    const sha = await writeCommit(directory, { ...wish, author, committer: { ...author, ...wish.committer } })
    return created(gitCommitView(host, repository, await commitAt(host, repository, sha)))
  }),
  repositoryRoute('GET', '/git/commits/:sha', 'read', async ({ host, params: { sha = '' } }, repository) => {
    const commit = await readCommit(host.directory(repository), sha)
    if (!commit) throw notFound()
    return ok(gitCommitView(host, repository, commit))
  }),
  repositoryRoute('GET', '/git/ref/:ref*', 'read', async ({ host, params: { ref = '' } }, repository) => {
    if (!isRefName(ref)) throw notFound()
    const sha = (await listRefs(host.directory(repository), `refs/${ref}`)).get(`refs/${ref}`)
    if (!sha) throw notFound()
    return ok(refView(host, repository, `refs/${ref}`, sha))
  }),
  repositoryRoute('GET', '/git/matching-refs/:ref*', 'read', async (call, repository) => {
    const prefix = `refs/${call.params.ref ?? ''}`
    const refs = [...(await listRefs(call.host.directory(repository)))].filter(([name]) => name.startsWith(prefix))
    return paged(call, refs, ([name, sha]) => refView(call.host, repository, name, sha))
  }),
  repositoryRoute('POST', '/git/refs', 'write', ({ host, actor, body }, repository) =>
    host.exclusively(repository, async () => {
      const { ref, sha } = parseBody('Reference', NewRef, body)
      const directory = host.directory(repository)
      const branch = branchOf(ref)
      if (branch) refuseWhenProtected(repository, branch, actor)
      if ((await typeOf(directory, sha)) !== 'commit') throw new Problem(422, 'Object does not exist')
      if ((await listRefs(directory, ref)).has(ref)) throw new Problem(422, 'Reference already exists')
      if (!(await moveRef(directory, ref, sha, nullSha))) throw new Problem(422, 'Reference cannot be created')
      await followRefsInTurn(host, repository, actor)
      return created(refView(host, repository, ref, sha))
    }),
  ),
  repositoryRoute('PATCH', '/git/refs/:ref*', 'write', ({ host, actor, body, params }, repository) =>
    host.exclusively(repository, async () => {
      const ref = `refs/${params.ref}`
      const { sha, force } = parseBody('Reference', RefChange, body)
      const directory = host.directory(repository)
      const present = isRefName(ref) ? (await listRefs(directory, ref)).get(ref) : undefined
      if (!present) throw new Problem(422, 'Reference does not exist')
      if ((await typeOf(directory, sha)) !== 'commit') throw new Problem(422, 'Object does not exist')
      const branch = branchOf(ref)
      if (branch) refuseWhenProtected(repository, branch, actor)
      if (!force && !(await isAncestor(directory, present, sha))) throw new Problem(422, 'Update is not a fast forward')
      if (!(await moveRef(directory, ref, sha, present))) throw new Problem(409, 'Reference was modified meanwhile')
      await followRefsInTurn(host, repository, actor)
      return ok(refView(host, repository, ref, sha))
    }),
  ),
  repositoryRoute('DELETE', '/git/refs/:ref*', 'write', ({ host, actor, params }, repository) =>
    host.exclusively(repository, async () => {
      const ref = `refs/${params.ref}`
      const directory = host.directory(repository)
      const present = isRefName(ref) ? (await listRefs(directory, ref)).get(ref) : undefined
      if (!present) throw new Problem(422, 'Reference does not exist')
      const branch = branchOf(ref)
      if (branch === repository.defaultBranch)
        throw invalid('Reference', 'ref', 'custom', 'Cannot delete the default branch')
      if (branch) refuseWhenProtected(repository, branch, actor)
      await moveRef(directory, ref, nullSha, present)
      await followRefsInTurn(host, repository, actor)
      return noContent()
    }),
  ),
]
