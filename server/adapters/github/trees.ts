import type { Octokit } from '@octokit/rest'
import type { TreeEntry } from '../../ports/git-host.ts'
import { isStatus } from './explained.ts'

type At = { owner: string; repo: string }
type Entry = { path: string; mode: string; type: string; sha: string }

const kinds: Record<string, TreeEntry['kind']> = {
  '100755': 'executable',
  '120000': 'symlink',
  '160000': 'submodule',
}

/**
 * Everything below a folder. Walked down to the folder first: a whole repository may be more than the host lists at
 * once, and what lies beside the folder is of no interest.
 */
export async function readTree(octokit: Octokit, at: At, folder: string, ref: string): Promise<TreeEntry[]> {
  let tree = ref
  for (const part of folder.split('/')) {
    const entry = (await entriesOf(octokit, at, tree, false)).entries.find(({ path }) => path === part)
    if (entry?.type !== 'tree') return []
    tree = entry.sha
  }
  return below(octokit, at, tree, folder)
}

async function below(octokit: Octokit, at: At, tree: string, folder: string): Promise<TreeEntry[]> {
  const { entries, truncated } = await entriesOf(octokit, at, tree, true)
  if (!truncated) return entries.flatMap((entry) => leaf(entry, folder))
  const here = await entriesOf(octokit, at, tree, false)
  const parts: TreeEntry[] = []
  for (const entry of here.entries) {
    const path = `${folder}/${entry.path}`
    parts.push(...(entry.type === 'tree' ? await below(octokit, at, entry.sha, path) : leaf(entry, folder)))
  }
  return parts
}

const leaf = ({ type, path, mode, sha }: Entry, folder: string): TreeEntry[] =>
  type === 'tree' ? [] : [{ path: `${folder}/${path}`, kind: kinds[mode] ?? 'file', sha }]

async function entriesOf(octokit: Octokit, at: At, tree: string, recursive: boolean) {
  try {
    const { data } = await octokit.rest.git.getTree({ ...at, tree_sha: tree, ...(recursive ? { recursive: '1' } : {}) })
    return { entries: data.tree, truncated: data.truncated }
  } catch (error) {
    if (isStatus(error, 404, 409)) return { entries: [], truncated: false }
    throw error
  }
}
