import type { Host } from '../host.ts'
import { fullPullView } from '../pulls/details.ts'
import type { Account, Pull, Repository, Review } from '../store/records.ts'
import { pullView, reviewView } from '../views/pull.ts'

type PullAction = 'opened' | 'closed' | 'reopened' | 'edited' | 'synchronize'

export async function emitPull(
  host: Host,
  repository: Repository,
  pull: Pull,
  action: PullAction,
  sender: Account,
  extra: Record<string, unknown> = {},
): Promise<void> {
  const view = await fullPullView(host, repository, pull)
  host.emit(repository, {
    name: 'pull_request',
    action,
    sender,
    payload: { action, number: pull.number, pull_request: view, ...extra },
  })
}

export function emitReview(
  host: Host,
  repository: Repository,
  pull: Pull,
  review: Review,
  action: 'submitted' | 'dismissed',
  sender: Account,
): void {
  const view = { ...reviewView(host, repository, review), state: review.state.toLowerCase() }
  host.emit(repository, {
    name: 'pull_request_review',
    action,
    sender,
    payload: { action, review: view, pull_request: pullView(host, repository, pull) },
  })
}
