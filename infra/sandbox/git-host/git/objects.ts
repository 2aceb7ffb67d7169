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

/** The commit a branch, tag or SHA stands for. */
export async function resolveCommit(directory: string, name: string): Promise<string | undefined> {
  const bare = name.replace(/^refs\/(heads|tags)\//, '')
  const candidates = isSha(name) ? [name] : isRefName(bare) ? [`refs/heads/${bare}`, `refs/tags/${bare}`] : []
  if (/^[0-9a-f]{7,39}$/.test(name)) candidates.push(name)
  for (const candidate of candidates) {
    const { text, code } = await runGit(directory, ['rev-parse', '--verify', '--quiet', `${candidate}^{commit}`], {
      allowed: [1, 128],
    })
    if (code === 0) return text().trim()
  }
  return undefined
}

/** Commits as `git log` selects them; the selectors are SHAs or options, never text from outside. */
export async function listCommits(directory: string, selectors: readonly string[], paths: readonly string[] = []) {
  const args = ['--literal-pathspecs', 'log', '-z', `--format=${commitFormat}`, ...selectors, '--', ...paths]
  const fields = (await runGit(directory, args)).text().split('\0')
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

export async function readCommit(directory: string, sha: string): Promise<Commit | undefined> {
  if ((await typeOf(directory, sha)) !== 'commit') return undefined
  return (await listCommits(directory, ['-1', sha]))[0]
}

export async function typeOf(directory: string, sha: string): Promise<string | undefined> {
  if (!isSha(sha)) return undefined
  const { code, text } = await runGit(directory, ['cat-file', '-t', sha], { allowed: [1, 128] })
  return code === 0 ? text().trim() : undefined
}

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
