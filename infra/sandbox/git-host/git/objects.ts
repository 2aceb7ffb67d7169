import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isRefName, isSha, nullSha } from './names.ts'
import { GitFailure, runGit } from './run.ts'

export type Person = { name: string; email: string; date: string }
export type Commit = {
  sha: string
  tree: string
  parents: string[]
  author: Person
  committer: Person
  message: string
}
export type TreeEntry = {
  mode: string
  type: 'blob' | 'tree' | 'commit'
  sha: string
  size: number | undefined
  path: string
}
export type TreeChange = { path: string; mode: string; sha: string | undefined }

const commitFormat = '%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B'
const inUtc = (date: string): string => new Date(date).toISOString().replace('.000Z', 'Z')

/** What a name may stand for, in the order in which it is looked for: a SHA, a branch, a tag, a short SHA. */
function candidatesFor(name: string): string[] {
  const bare = name.replace(/^refs\/(heads|tags)\//, '')
  const refs = isSha(name) ? [name] : isRefName(bare) ? [`refs/heads/${bare}`, `refs/tags/${bare}`] : []
  return /^[0-9a-f]{7,39}$/.test(name) ? [...refs, name] : refs
}

/** The commit a branch, tag or SHA stands for. */
export async function findCommit(directory: string, name: string): Promise<Commit | undefined> {
  for (const candidate of candidatesFor(name)) {
    const [commit] = await listCommits(directory, ['-1', `${candidate}^{commit}`], [], [128])
    if (commit) return commit
  }
  return undefined
}

export const resolveCommit = async (directory: string, name: string): Promise<string | undefined> =>
  (await findCommit(directory, name))?.sha

/** Commits as `git log` selects them; the selectors are SHAs or options, never text from outside. */
export async function listCommits(
  directory: string,
  selectors: readonly string[],
  paths: readonly string[] = [],
  allowed: readonly number[] = [],
) {
  const args = ['--literal-pathspecs', 'log', '-z', `--format=${commitFormat}`, ...selectors, '--', ...paths]
  const fields = (await runGit(directory, args, { allowed })).text().split('\0')
  const commits: Commit[] = []
  for (let at = 0; at + 9 < fields.length; at += 10) {
    const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] =
      fields.slice(at, at + 10)
    commits.push({
      sha,
      tree,
      parents: parents.split(' ').filter(Boolean),
      author: { name: an, email: ae, date: inUtc(ad) },
      committer: { name: cn, email: ce, date: inUtc(cd) },
      message: message.replace(/\n$/, ''),
    })
  }
  return commits
}

export const readCommit = async (directory: string, sha: string): Promise<Commit | undefined> =>
  isSha(sha) ? findCommit(directory, sha) : undefined

/** What kind of object each SHA is; those that do not exist are left out. */
export async function typesOf(directory: string, shas: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const asked = [...new Set(shas)].filter(isSha)
  const input = asked.map((sha) => `${sha}\n`).join('')
  const lines = (await runGit(directory, ['cat-file', '--batch-check'], { input })).text().split('\n')
  const pairs = lines.map((line) => line.split(' '))
  return new Map(pairs.flatMap(([sha = '', type = 'missing', size]) => (size === undefined ? [] : [[sha, type]])))
}

export const typeOf = async (directory: string, sha: string): Promise<string | undefined> =>
  (await typesOf(directory, [sha])).get(sha)

export async function readTree(directory: string, tree: string, options: readonly string[] = []): Promise<TreeEntry[]> {
  const { text } = await runGit(directory, ['ls-tree', '-z', '-l', '--full-tree', ...options, tree])
  return text().split('\0').filter(Boolean).map(parseTreeLine)
}

/** One entry of a tree, by its path; the root itself is no entry. */
export async function findEntry(directory: string, commit: string, path: string): Promise<TreeEntry | undefined> {
  const args = ['--literal-pathspecs', 'ls-tree', '-z', '-l', '--full-tree', commit, '--', path]
  return (await runGit(directory, args)).text().split('\0').filter(Boolean).map(parseTreeLine)[0]
}

const parseTreeLine = (line: string): TreeEntry => {
  const [, mode = '', type = '', sha = '', size = '', path = ''] = /^(\d+) (\w+) (\w+) +(\S+)\t(.*)$/s.exec(line) ?? []
  const kind = type === 'tree' || type === 'commit' ? type : 'blob'
  return { mode, type: kind, sha, size: size === '-' ? undefined : Number(size), path }
}

export const readBlob = async (directory: string, sha: string): Promise<Buffer> =>
  (await runGit(directory, ['cat-file', 'blob', sha])).output

export const writeBlob = async (directory: string, content: Uint8Array | string): Promise<string> =>
  (await runGit(directory, ['hash-object', '-w', '--stdin'], { input: content })).text().trim()

/** A new tree from an older one and changes; an entry without SHA is removed. */
export async function writeTree(directory: string, base: string | undefined, changes: readonly TreeChange[]) {
  const index = join(directory, `index.${randomBytes(6).toString('hex')}`)
  const env = { GIT_INDEX_FILE: index }
  const lines = changes.map(({ mode, sha, path }) => (sha ? `${mode} ${sha}\t${path}\0` : `0 ${nullSha}\t${path}\0`))
  try {
    await runGit(directory, base ? ['read-tree', base] : ['read-tree', '--empty'], { env })
    const args = ['update-index', '-z', '--add', '--remove', '--replace', '--index-info']
    await runGit(directory, args, { env, input: lines.join('') })
    return (await runGit(directory, ['write-tree'], { env })).text().trim()
  } catch (error) {
    if (error instanceof GitFailure && error.code === 128) return undefined
    throw error
  } finally {
    await rm(index, { force: true })
  }
}

// The one form of a date that git takes for every moment.
const inSeconds = (date: string): string => `@${Math.floor(Date.parse(date) / 1000)} +0000`

export type NewCommit = { tree: string; parents: readonly string[]; message: string; author: Person; committer: Person }

export async function writeCommit(directory: string, { tree, parents, message, author, committer }: NewCommit) {
  const env = {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: inSeconds(author.date),
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: inSeconds(committer.date),
  }
  const args = ['commit-tree', ...parents.flatMap((parent) => ['-p', parent]), '-F', '-', tree]
  return (await runGit(directory, args, { env, input: message })).text().trim()
}
