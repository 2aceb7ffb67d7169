import { Problem } from '../api/problems.ts'
import { branchRef } from '../git/names.ts'
import { writeCommit } from '../git/objects.ts'
import { listRefs, moveRef } from '../git/repository.ts'
import type { Host } from '../host.ts'
import type { Account, Pull, Repository } from '../store/records.ts'
import { now } from '../store/store.ts'
import { protectionRefusal } from './checks.ts'
import { mergedTree, pullCommits } from './details.ts'
import { followRefsInTurn, markMerged } from './follow.ts'

export type MergeWish = { sha?: string; method: 'merge' | 'squash' | 'rebase'; title?: string; message?: string }

/** Merges exactly what was asked for, or nothing: one ref moves, and only from where it was looked at. */
export const mergePull = (host: Host, repository: Repository, number: number, wish: MergeWish, actor: Account) =>
  host.exclusively(repository, async () => {
    await followRefsInTurn(host, repository, actor)
    const pull = host.store.pulls.find((each) => each.repositoryId === repository.id && each.number === number)
    if (pull?.state !== 'open' || pull.draft) throw new Problem(405, 'Pull Request is not mergeable')
    if (wish.sha !== undefined && wish.sha !== pull.headSha) {
      throw new Problem(409, 'Head branch was modified. Review and try the merge again.')
    }
    if (wish.method === 'rebase') throw new Problem(405, 'Rebase merges are not allowed on this repository.')
    const refusal = protectionRefusal(host, repository, pull)
    if (refusal) throw new Problem(405, refusal)

    const directory = host.directory(repository)
    const base = (await listRefs(directory, branchRef(pull.base))).get(branchRef(pull.base))
    const tree = base && (await mergedTree(host, repository, pull, base))
    if (!base || !tree) throw new Problem(405, 'Pull Request is not mergeable')
    const person = { name: actor.name, email: actor.email, date: now() }
    const sha = await writeCommit(directory, {
      tree,
      parents: wish.method === 'squash' ? [base] : [base, pull.headSha],
      message: await messageFor(host, repository, pull, wish),
      author: person,
      committer: person,
    })
    const merging = host.store.pulls.put({ ...pull, baseSha: base, merging: { sha, userId: actor.id } })
    host.reach('merge-written')
    if (!(await moveRef(directory, branchRef(pull.base), sha, base))) {
      host.store.pulls.put(pull)
      throw new Problem(405, 'Base branch was modified. Review and try the merge again.')
    }
    host.reach('base-moved')
    const merged = await markMerged(host, repository, merging, sha, actor)
    host.reach('merge-kept')
    await followRefsInTurn(host, repository, actor)
    return merged
  })

async function messageFor(host: Host, repository: Repository, pull: Pull, wish: MergeWish): Promise<string> {
  const squash = wish.method === 'squash'
  const owner = host.account(repository.ownerId).login
  const title =
    wish.title ??
    (squash ? `${pull.title} (#${pull.number})` : `Merge pull request #${pull.number} from ${owner}/${pull.head}`)
  const commits = squash ? await pullCommits(host, repository, pull) : []
  const body = wish.message ?? (squash ? commits.map((commit) => `* ${commit.message}`).join('\n\n') : pull.title)
  return body ? `${title}\n\n${body}\n` : `${title}\n`
}
