import { may } from '../api/routes.ts'
import type { Host } from '../host.ts'
import { type Pull, protectionOf, type Repository, type Review, type Status } from '../store/records.ts'

/** The newest status of each context at one commit, the newest first. */
export function latestStatuses(host: Host, repository: Repository, sha: string): Status[] {
  const all = host.store.statuses.filter((status) => status.repositoryId === repository.id && status.sha === sha)
  return [...new Map(all.map((status) => [status.context, status])).values()].reverse()
}

export function combinedState(statuses: readonly Status[]): 'failure' | 'pending' | 'success' {
  if (statuses.some(({ state }) => state === 'failure' || state === 'error')) return 'failure'
  return statuses.length === 0 || statuses.some(({ state }) => state === 'pending') ? 'pending' : 'success'
}

type Check = { context: string; state: 'success' | 'failure' | 'pending' }

/** Statuses and check runs alike, as branch protection sees them. */
export function checksOf(host: Host, repository: Repository, sha: string): Check[] {
  const statuses = latestStatuses(host, repository, sha).map(({ context, state }) => ({
    context,
    state: state === 'error' ? ('failure' as const) : state,
  }))
  const runs = host.store.checkRuns.filter((run) => run.repositoryId === repository.id && run.sha === sha)
  const checks = runs.map(({ name, conclusion }): Check => {
    const passed = conclusion === 'success' || conclusion === 'neutral' || conclusion === 'skipped'
    return { context: name, state: conclusion === null ? 'pending' : passed ? 'success' : 'failure' }
  })
  return [...statuses, ...checks]
}

/** Each reviewer's last word; comments do not change it. */
export function lastReviews(host: Host, repository: Repository, number: number): Review[] {
  const all = host.store.reviews.filter((review) => review.repositoryId === repository.id && review.number === number)
  const decisive = all.filter((review) => review.state !== 'COMMENTED')
  return [...new Map(decisive.map((review) => [review.userId, review])).values()]
}

/** Why branch protection does not let this pull request in, in GitHub's words; undefined when it does. */
export function protectionRefusal(host: Host, repository: Repository, pull: Pull): string | undefined {
  const protection = protectionOf(repository, pull.base)
  if (!protection) return undefined
  const checks = checksOf(host, repository, pull.headSha)
  for (const context of protection.requiredStatuses?.contexts ?? []) {
    const found = checks.find((check) => check.context === context)
    if (!found) return `Required status check "${context}" is expected.`
    if (found.state !== 'success') {
      return `Required status check "${context}" is ${found.state === 'pending' ? 'pending' : 'failing'}.`
    }
  }
  const wanted = protection.requiredReviews?.count ?? 0
  const reviews = lastReviews(host, repository, pull.number).filter((review) =>
    may(host.account(review.userId), 'write'),
  )
  if (wanted > 0 && reviews.some((review) => review.state === 'CHANGES_REQUESTED')) {
    return 'Changes have been requested.'
  }
  if (reviews.filter((review) => review.state === 'APPROVED').length < wanted) {
    const noun = wanted === 1 ? 'approving review is' : 'approving reviews are'
    return `At least ${wanted} ${noun} required by reviewers with write access.`
  }
  return undefined
}
