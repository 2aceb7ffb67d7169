import { changedFiles, mergeBase, mergeTrees } from '../git/compare.ts'
import { branchRef } from '../git/names.ts'
import { listCommits } from '../git/objects.ts'
import type { Host } from '../host.ts'
import type { Pull, Repository } from '../store/records.ts'
import { accountView } from '../views/account.ts'
import { pullView } from '../views/pull.ts'
import { checksOf, protectionRefusal } from './checks.ts'

export async function pullFiles(host: Host, repository: Repository, pull: Pull) {
  const directory = host.directory(repository)
  return changedFiles(directory, await startOf(host, repository, pull), pull.headSha)
}

export async function pullCommits(host: Host, repository: Repository, pull: Pull) {
  const start = await startOf(host, repository, pull)
  const selectors = ['--reverse', pull.headSha, ...(start ? [`^${start}`] : [])]
  return listCommits(host.directory(repository), selectors)
}

/** Where the branch left its base: the base as it is, or as it was when the pull request was merged. */
const startOf = (host: Host, repository: Repository, pull: Pull) => {
  const current = pull.mergedAt === null ? host.knownRefs.get(repository.id)?.get(branchRef(pull.base)) : undefined
  return mergeBase(host.directory(repository), current ?? pull.baseSha, pull.headSha)
}

/** The tree a merge would make, or undefined when it conflicts. */
export const mergedTree = (host: Host, repository: Repository, pull: Pull, baseSha: string) =>
  mergeTrees(host.directory(repository), baseSha, pull.headSha)

/** What GitHub works out for a single pull request and leaves out of lists. */
export async function fullPullView(host: Host, repository: Repository, pull: Pull) {
  const [files, commits] = [await pullFiles(host, repository, pull), await pullCommits(host, repository, pull)]
  const baseSha = host.knownRefs.get(repository.id)?.get(branchRef(pull.base))
  const open = pull.state === 'open' && baseSha !== undefined
  const mergeable = open ? (await mergedTree(host, repository, pull, baseSha)) !== undefined : null
  const comments = host.store.comments.filter(
    (comment) => comment.repositoryId === repository.id && comment.number === pull.number,
  )
  const sum = (pick: (file: { additions: number; deletions: number }) => number) =>
    files.reduce((total, file) => total + pick(file), 0)
  return {
    ...pullView(host, repository, pull),
    merged: pull.mergedAt !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeable === null ? 'unknown' : stateOf(host, repository, pull, mergeable),
    merged_by: pull.mergedById === null ? null : accountView(host, host.account(pull.mergedById)),
    comments: comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: commits.length,
    additions: sum((file) => file.additions),
    deletions: sum((file) => file.deletions),
    changed_files: files.length,
  }
}

function stateOf(host: Host, repository: Repository, pull: Pull, mergeable: boolean): string {
  if (!mergeable) return 'dirty'
  if (pull.draft) return 'draft'
  if (protectionRefusal(host, repository, pull)) return 'blocked'
  return checksOf(host, repository, pull.headSha).some((check) => check.state === 'failure') ? 'unstable' : 'clean'
}
