import type { FileChange } from '../git/compare.ts'
import type { Commit, TreeEntry } from '../git/objects.ts'
import type { Host } from '../host.ts'
import type { Repository } from '../store/records.ts'
import { accountByEmail, nodeId } from './account.ts'
import { apiOf, webOf } from './links.ts'

const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/')
const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }

export function commitView(host: Host, repository: Repository, commit: Commit) {
  const url = apiOf(host, repository)
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      url: `${url}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: unsigned,
    },
    url: `${url}/commits/${commit.sha}`,
    html_url: `${webOf(host, repository)}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    author: accountByEmail(host, commit.author.email),
    committer: accountByEmail(host, commit.committer.email),
    parents: commit.parents.map((sha) => parentView(host, repository, sha)),
  }
}

const parentView = (host: Host, repository: Repository, sha: string) => ({
  sha,
  url: `${apiOf(host, repository)}/commits/${sha}`,
  html_url: `${webOf(host, repository)}/commit/${sha}`,
})

export const gitCommitView = (host: Host, repository: Repository, commit: Commit) => ({
  sha: commit.sha,
  node_id: nodeId('Commit', commit.sha),
  url: `${apiOf(host, repository)}/git/commits/${commit.sha}`,
  html_url: `${webOf(host, repository)}/commit/${commit.sha}`,
  author: commit.author,
  committer: commit.committer,
  tree: { sha: commit.tree, url: `${apiOf(host, repository)}/git/trees/${commit.tree}` },
  message: commit.message,
  parents: commit.parents.map((sha) => parentView(host, repository, sha)),
  verification: unsigned,
})

export const fileChangeView = (host: Host, repository: Repository, commit: string, file: FileChange) => ({
  sha: file.sha,
  filename: file.path,
  status: file.status,
  additions: file.additions,
  deletions: file.deletions,
  changes: file.additions + file.deletions,
  blob_url: `${webOf(host, repository)}/blob/${commit}/${encodePath(file.path)}`,
  raw_url: `${webOf(host, repository)}/raw/${commit}/${encodePath(file.path)}`,
  contents_url: `${apiOf(host, repository)}/contents/${encodePath(file.path)}?ref=${commit}`,
  ...(file.previousPath !== undefined && { previous_filename: file.previousPath }),
  ...(file.patch !== undefined && { patch: file.patch }),
})

export function entryView(host: Host, repository: Repository, ref: string, entry: TreeEntry) {
  const url = `${apiOf(host, repository)}/contents/${encodePath(entry.path)}?ref=${encodeURIComponent(ref)}`
  const kind = entry.type === 'tree' ? 'trees' : 'blobs'
  const git = `${apiOf(host, repository)}/git/${kind}/${entry.sha}`
  const page = `${webOf(host, repository)}/${entry.type === 'tree' ? 'tree' : 'blob'}/${encodePath(ref)}/${encodePath(entry.path)}`
  const types = { tree: 'dir', blob: entry.mode === '120000' ? 'symlink' : 'file', commit: 'submodule' }
  return {
    name: entry.path.split('/').at(-1) ?? entry.path,
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url,
    html_url: page,
    git_url: git,
    download_url:
      entry.type === 'blob' ? `${webOf(host, repository)}/raw/${encodePath(ref)}/${encodePath(entry.path)}` : null,
    type: types[entry.type],
    _links: { self: url, git, html: page },
  }
}

export const fileView = (host: Host, repository: Repository, ref: string, entry: TreeEntry, content: Buffer) => ({
  ...entryView(host, repository, ref, entry),
  type: 'file',
  encoding: 'base64',
  content: content.toString('base64').replace(/.{60}/g, '$&\n'),
})

/** GitHub follows links within the repository; here one always reads as the link it is. */
export const linkView = (host: Host, repository: Repository, ref: string, entry: TreeEntry, content: Buffer) => ({
  ...entryView(host, repository, ref, entry),
  type: 'symlink',
  target: content.toString('utf8'),
})

export const refView = (host: Host, repository: Repository, ref: string, sha: string) => ({
  ref,
  node_id: nodeId('Ref', ref),
  url: `${apiOf(host, repository)}/git/${encodePath(ref)}`,
  object: { sha, type: 'commit', url: `${apiOf(host, repository)}/git/commits/${sha}` },
})
