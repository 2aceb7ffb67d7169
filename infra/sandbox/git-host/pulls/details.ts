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

type Facts = { mergeable: boolean | null; commits: number; files: number; additions: number; deletions: number }
const knownFacts = new WeakMap<Host, Map<string, Facts>>()

/** What only depends on two commits is worked out once; the portal asks for it again and again. */
async function factsOf(host: Host, repository: Repository, pull: Pull): Promise<Facts> {
  const current = host.knownRefs.get(repository.id)?.get(branchRef(pull.base))
  const base = pull.state === 'open' ? current : undefined
  const key = [repository.id, pull.number, pull.headSha, pull.baseSha, base ?? pull.mergedSha].join(' ')
  const known = knownFacts.get(host) ?? new Map<string, Facts>()
  knownFacts.set(host, known)
  const present = known.get(key)
  if (present) return present
  const files = await pullFiles(host, repository, pull)
  const facts = {
    mergeable: base ? (await mergedTree(host, repository, pull, base)) !== undefined : null,
    commits: (await pullCommits(host, repository, pull)).length,
    files: files.length,
    additions: files.reduce((total, file) => total + file.additions, 0),
    deletions: files.reduce((total, file) => total + file.deletions, 0),
  }
  if (known.size >= 1000) known.clear()
  known.set(key, facts)
  return facts
}

/** What GitHub works out for a single pull request and leaves out of lists. */
export async function fullPullView(host: Host, repository: Repository, pull: Pull) {
  const { mergeable, commits, files, additions, deletions } = await factsOf(host, repository, pull)
  const comments = host.store.comments.filter(
    (comment) => comment.repositoryId === repository.id && comment.number === pull.number,
  )
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
    commits,
    additions,
    deletions,
    changed_files: files,
  }
}

function stateOf(host: Host, repository: Repository, pull: Pull, mergeable: boolean): string {
  if (!mergeable) return 'dirty'
  if (pull.draft) return 'draft'
  if (protectionRefusal(host, repository, pull)) return 'blocked'
  return checksOf(host, repository, pull.headSha).some((check) => check.state === 'failure') ? 'unstable' : 'clean'
}
