/**
 * What reviewers say on the Git host counts as if they had said it here: for exactly the head that was judged, once for
 * each person, and only for as long as it stands there. Asked again it does nothing twice, in whatever order webhooks
 * come.
 */
import { RequestId } from '../../../contracts/names.ts'
import type { Policy } from '../../../contracts/platform/policy.ts'
import { Verdict } from '../../../contracts/requests.ts'
import type { Transaction } from '../../../database/database.ts'
import { systemActor } from '../../../permissions/actor.ts'
import type { Review } from '../../../ports/git-host.ts'
import type { Standings } from '../../people/people.ts'
import { blockageOf } from '../lifecycle/blockage.ts'
import { stepOf } from '../lifecycle/machine.ts'
import { announceRequest, loadRequest, move, type RequestRow, stateOf } from '../lifecycle/store.ts'
import { quorumReached } from './approvals.ts'
import { type Word, wordsOf } from './whose-word.ts'

type Known = RequestRow['hostReviews'][number]
type Needs = { standings: Standings; policy: Policy }

const host = systemActor('Git host')

/** Takes over what has changed since the last look; the row is locked. */
export async function takeReviews(
  tx: Transaction,
  seen: RequestRow,
  reviews: readonly Review[],
  { standings, policy }: Needs,
): Promise<RequestRow> {
  let row = seen
  const known = new Map(row.hostReviews.map((each) => [Number(each.hostId), each]))
  for (const word of await wordsOf(tx, row, reviews, standings)) {
    const before = known.get(word.review.account.id)
    known.delete(word.review.account.id)
    row = await follow(tx, row, word, before)
  }
  for (const gone of known.values()) {
    row = await withdraw(tx, row, gone)
    await tx.hostReview.delete({ where: { requestId_hostId: { requestId: row.id, hostId: gone.hostId } } })
  }
  return settle(tx, row, policy)
}

async function follow(tx: Transaction, row: RequestRow, word: Word, before: Known | undefined): Promise<RequestRow> {
  const { review } = word
  const stands = review.sha === row.headSha && review.state !== 'dismissed'
  const by = stands && 'by' in word ? word.by : undefined
  const why = stands && 'why' in word ? word.why : null
  const same =
    before?.reviewId === BigInt(review.id) &&
    before.state === review.state &&
    before.userId === (by?.userId ?? null) &&
    before.why === why
  if (same) return row
  // Once enough have approved, the merge is under way: only what is taken back still matters.
  if (by && !stepOf(stateOf(row), eventOf(review))) return row
  let after = row
  if (before && before.userId !== by?.userId) after = await withdraw(tx, after, before)
  if (by) after = await decide(tx, after, review, by)
  const { id: hostId, login } = review.account
  const facts = { login, reviewId: BigInt(review.id), state: review.state, sha: review.sha, at: new Date(review.at) }
  const verdict = { userId: by?.userId ?? null, why }
  await tx.hostReview.upsert({
    where: { requestId_hostId: { requestId: row.id, hostId: BigInt(hostId) } },
    create: { requestId: row.id, hostId: BigInt(hostId), ...facts, ...verdict },
    update: { ...facts, ...verdict },
  })
  await announceRequest(tx, row)
  return after
}

const eventOf = (review: Review) => (review.state === 'changes_requested' ? 'request_changes' : 'approve')

/** The person's decision, unless they have said the same already, or something else here since. */
async function decide(
  tx: Transaction,
  row: RequestRow,
  review: Review,
  by: Extract<Word, { by: object }>['by'],
): Promise<RequestRow> {
  const { login } = review.account
  const decision = review.state === 'changes_requested' ? 'changes_requested' : 'approved'
  const [at, sha] = [new Date(review.at), review.sha]
  const said = row.approvals.find((each) => each.reviewerId === by.userId && each.sha === sha && !each.voidedAt)
  if (said && (said.decision === decision || said.at > at)) return row
  const standing = { decision, comment: review.body.slice(0, 2000) || null, source: 'git_host', hostLogin: login, at }
  await tx.approval.upsert({
    where: { requestId_reviewerId_sha: { requestId: row.id, reviewerId: by.userId, sha } },
    create: { requestId: row.id, reviewerId: by.userId, sha, ...standing },
    update: { ...standing, voidedAt: null },
  })
  const comment = standing.comment ? `: ${standing.comment}` : ''
  return move(tx, row, eventOf(review), {
    actor: by,
    detail: `on the Git host as ${login}${comment}`,
    data: { sha, where: 'git_host', login, account: review.account.id, review: review.id },
  })
}

/** What was taken over from there and no longer stands: dismissed, unlinked, or gone. What was said here stays. */
async function withdraw(tx: Transaction, row: RequestRow, known: Known): Promise<RequestRow> {
  if (known.userId === null) return row
  const { count } = await tx.approval.updateMany({
    where: { requestId: row.id, reviewerId: known.userId, sha: row.headSha ?? '', source: 'git_host', voidedAt: null },
    data: { voidedAt: new Date() },
  })
  if (count === 0) return row
  const after = await loadRequest(tx, RequestId.parse(row.id))
  const event = known.state === 'approved' ? 'approval_withdrawn' : 'changes_withdrawn'
  const othersWait = after.approvals.some((each) => each.decision === 'changes_requested' && !each.voidedAt)
  if (!stepOf(stateOf(after), event) || (event === 'changes_withdrawn' && othersWait)) return after
  return move(tx, after, event, {
    actor: host,
    detail: `${known.login} on the Git host`,
    data: { sha: known.sha, where: 'git_host', login: known.login, review: Number(known.reviewId) },
  })
}

/** Enough by now, or no longer enough. */
async function settle(tx: Transaction, row: RequestRow, policy: Policy): Promise<RequestRow> {
  if (Verdict.parse(row.verdict).outcome === 'automatic') return row
  const now = await loadRequest(tx, RequestId.parse(row.id))
  const state = stateOf(now)
  const enough = quorumReached(now, policy)
  if (state === 'in_review' && enough && !blockageOf(now))
    return move(tx, now, 'quorum', { actor: host, data: { sha: now.headSha } })
  if ((state === 'approved' || state === 'merging') && !enough)
    return move(tx, now, 'quorum_lost', { actor: host, data: { sha: now.headSha } })
  return now
}
