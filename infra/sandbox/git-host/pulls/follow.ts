import { isAncestor, refsWithin } from '../git/compare.ts'
import { branchRef, nullSha } from '../git/names.ts'
import { listRefs, moveRef, type Refs } from '../git/repository.ts'
import type { Host } from '../host.ts'
import { type Account, type Pull, protectionOf, type Repository } from '../store/records.ts'
import { now } from '../store/store.ts'
import { emitPull, emitReview } from '../webhooks/pulls.ts'
import { emitPush } from '../webhooks/push.ts'

/**
 * Looks at the refs after anything may have moved them (a push, the API, a restart), tells webhooks, and lets pull
 * requests follow: new heads, branches that are gone, commits that have reached the base.
 */
export const followRefs = (host: Host, repository: Repository, actor: Account) =>
  host.exclusively(repository, () => followRefsInTurn(host, repository, actor))

/** The same for a caller that already has its turn at the repository. */
export async function followRefsInTurn(host: Host, repository: Repository, actor: Account): Promise<void> {
  const refs = await listRefs(host.directory(repository))
  const before = host.knownRefs.get(repository.id)
  host.knownRefs.set(repository.id, refs)
  if (before) {
    const names = new Set([...before.keys(), ...refs.keys()])
    for (const ref of names) {
      if (ref.startsWith('refs/pull/') || before.get(ref) === refs.get(ref)) continue
      host.store.repositories.put({ ...(host.store.repositories.get(repository.id) ?? repository), pushedAt: now() })
      const change = { ref, before: before.get(ref) ?? nullSha, after: refs.get(ref) ?? nullSha }
      await emitPush(host, repository, actor, change)
    }
  }
  const open = host.store.pulls.filter((pull) => pull.repositoryId === repository.id && pull.state === 'open')
  const within = new Map<string, ReadonlySet<string>>()
  for (const pull of open) {
    const base = refs.get(branchRef(pull.base))
    if (base && !within.has(base)) within.set(base, await refsWithin(host.directory(repository), base))
    await followPull(host, repository, pull, { refs, reached: within.get(base ?? ''), actor })
  }
}

type Seen = { refs: Refs; reached: ReadonlySet<string> | undefined; actor: Account }

async function followPull(host: Host, repository: Repository, pull: Pull, { refs, reached, actor }: Seen) {
  const directory = host.directory(repository)
  const head = refs.get(branchRef(pull.head))
  const base = refs.get(branchRef(pull.base))
  const isInBase = async (sha: string) =>
    head === sha ? reached?.has(branchRef(pull.head)) : base !== undefined && (await isAncestor(directory, sha, base))

  // A merge that had moved the base before the process was killed.
  if (pull.merging && (await isInBase(pull.merging.sha))) {
    return markMerged(host, repository, pull, pull.merging.sha, host.account(pull.merging.userId))
  }
  const moved = head !== undefined && head !== pull.headSha
  if (base && base !== pull.baseSha && !moved && (await isInBase(pull.headSha))) {
    return markMerged(host, repository, pull, pull.headSha, actor)
  }
  if (!head || !base || (moved && (await isInBase(head)))) return closePull(host, repository, pull, actor)
  if (moved) await moveHead(host, repository, pull, head, actor)
  if (refs.get(pullRef(pull)) !== head)
    await moveRef(directory, pullRef(pull), head, refs.get(pullRef(pull)) ?? nullSha)
}

const pullRef = (pull: Pull) => `refs/pull/${pull.number}/head`

async function moveHead(host: Host, repository: Repository, pull: Pull, head: string, actor: Account) {
  const moved = host.store.pulls.put({ ...pull, headSha: head, merging: null, updatedAt: now() })
  if (protectionOf(repository, pull.base)?.requiredReviews?.dismissStale) {
    const approvals = host.store.reviews.filter(
      (review) => review.repositoryId === repository.id && review.number === pull.number && review.state === 'APPROVED',
    )
    for (const approval of approvals) {
      const dismissed = host.store.reviews.put({ ...approval, state: 'DISMISSED' })
      emitReview(host, repository, moved, dismissed, 'dismissed', actor)
    }
  }
  await emitPull(host, repository, moved, 'synchronize', actor, { before: pull.headSha, after: head })
}

export async function markMerged(host: Host, repository: Repository, pull: Pull, sha: string, by: Account) {
  const time = now()
  const merged = host.store.pulls.put({
    ...pull,
    state: 'closed',
    merging: null,
    mergedSha: sha,
    mergedById: by.id,
    mergedAt: time,
    closedAt: time,
    updatedAt: time,
  })
  await emitPull(host, repository, merged, 'closed', by)
  return merged
}

export async function closePull(host: Host, repository: Repository, pull: Pull, actor: Account) {
  const closed = host.store.pulls.put({ ...pull, state: 'closed', closedAt: now(), updatedAt: now() })
  await emitPull(host, repository, closed, 'closed', actor)
  return closed
}
