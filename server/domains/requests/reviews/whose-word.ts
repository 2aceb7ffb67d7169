/**
 * Whose word a review on the Git host is here, if anybody's. Accounts are known by the host's number; the requester's
 * never count, whoever holds them now, and an account that changes hands meanwhile counts for nobody.
 */
import type { Transaction } from '../../../database/database.ts'
import type { Actor } from '../../../permissions/actor.ts'
import { allows } from '../../../permissions/permissions.ts'
import type { Review } from '../../../ports/git-host.ts'
import { type Holding, holdingsOf } from '../../git-accounts/git-accounts.ts'
import type { Standings } from '../../people/people.ts'
import { blockageOf } from '../lifecycle/blockage.ts'
import type { RequestRow } from '../lifecycle/store.ts'
import { refusalToDecide } from './approvals.ts'

/** `why` completes "approved by octo, …": it does not count. */
export type Word = { review: Review; by: Actor & { userId: string } } | { review: Review; why: string }

/** What each account says at present: its latest approval, request for changes or dismissal. A comment says neither. */
export function standingReviews(reviews: readonly Review[]): Review[] {
  const latest = new Map<number, Review>()
  for (const review of [...reviews].sort((one, other) => one.id - other.id)) {
    if (review.state !== 'commented') latest.set(review.account.id, review)
  }
  return [...latest.values()]
}

export async function wordsOf(
  tx: Transaction,
  row: RequestRow,
  reviews: readonly Review[],
  standings: Standings,
): Promise<Word[]> {
  const holdings = await holdingsOf(
    tx,
    reviews.map(({ account }) => account.id),
  )
  const words: Word[] = []
  for (const review of reviews) {
    const by = await reviewerOf(row, holdings.get(review.account.id) ?? [], standings)
    words.push(typeof by === 'string' ? { review, why: by } : { review, by })
  }
  return words
}

async function reviewerOf(row: RequestRow, holdings: readonly Holding[], standings: Standings) {
  if (holdings.some(({ userId }) => userId === row.requesterId)) return 'whose account is or was the requester’s'
  const holder = holdings.find(({ unlinkedAt }) => unlinkedAt === null)
  if (!holder) return 'who is not linked to an account here'
  const others = holdings.filter(({ userId }) => userId !== holder.userId)
  if (others.some(({ unlinkedAt }) => unlinkedAt && unlinkedAt > row.createdAt))
    return 'whose account has changed hands since this was asked'
  const standing = await standings.of(holder.userId)
  if (!standing || standing.disabled) return 'whose access here is disabled'
  const { userId, name, platformRoles, teams } = standing
  const by = { kind: 'user' as const, userId, name, platformRoles, teams, scopes: null, requestId: null }
  if (!allows(by, 'request.approve', row.team.slug).allowed) return 'who may not approve for this team'
  if (refusalToDecide(row, by)) return 'who asked for this'
  if (blockageOf(row)) return 'while the branch holds something else than was asked'
  return by
}
