import { z } from 'zod'
import { readCommit } from '../../git/objects.ts'
import type { Host } from '../../host.ts'
import type { Account, Pull, Repository } from '../../store/records.ts'
import { now } from '../../store/store.ts'
import { commentView, reviewView } from '../../views/pull.ts'
import { emitReview } from '../../webhooks/pulls.ts'
import { notFound, Problem, parseBody } from '../problems.ts'
import { type Call, created, noContent, number, ok, paged, repositoryRoute } from '../routes.ts'
import { pullAt } from './pulls.ts'

const states = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const
const NewReview = z.object({
  event: z.enum(['APPROVE', 'REQUEST_CHANGES', 'COMMENT']),
  body: z.string().max(65_536).nullish(),
  commit_id: z.string().nullish(),
})
const Text = z.object({ body: z.string().min(1).max(65_536) })
const Dismissal = z.object({ message: z.string().min(1) })

export type ReviewWish = z.infer<typeof NewReview>

export async function submitReview(host: Host, repository: Repository, pull: Pull, wish: ReviewWish, actor: Account) {
  const unprocessable = (text: string) => new Problem(422, 'Unprocessable Entity', [text])
  if (wish.event !== 'COMMENT' && actor.id === pull.userId) {
    throw unprocessable(`Can not ${wish.event === 'APPROVE' ? 'approve' : 'request changes on'} your own pull request`)
  }
  if (wish.event !== 'APPROVE' && !wish.body) throw unprocessable('Body can not be blank')
  if (wish.event !== 'COMMENT' && pull.state === 'closed') throw unprocessable('Can not review a closed pull request')
  const sha = wish.commit_id ?? pull.headSha
  if (!(await readCommit(host.directory(repository), sha)))
    throw unprocessable('Commit is not part of the pull request')
  const review = host.store.reviews.add((id) => ({
    id,
    repositoryId: repository.id,
    number: pull.number,
    userId: actor.id,
    state: states[wish.event],
    body: wish.body ?? '',
    sha,
    submittedAt: now(),
  }))
  emitReview(host, repository, pull, review, 'submitted', actor)
  return review
}

export function addComment(host: Host, repository: Repository, pull: Pull, body: string, actor: Account) {
  const time = now()
  return host.store.comments.add((id) => ({
    id,
    repositoryId: repository.id,
    number: pull.number,
    userId: actor.id,
    body,
    createdAt: time,
    updatedAt: time,
  }))
}

const reviewAt = ({ host, params }: Call, repository: Repository, pull: Pull) => {
  const review = host.store.reviews.get(number(params.id))
  if (review?.repositoryId !== repository.id || review.number !== pull.number) throw notFound()
  return review
}

const commentAt = ({ host, params }: Call, repository: Repository) => {
  const comment = host.store.comments.get(number(params.id))
  if (comment?.repositoryId !== repository.id) throw notFound()
  return comment
}

export const reviewRoutes = [
  repositoryRoute('GET', '/pulls/:number/reviews', 'read', (call, repository) => {
    const pull = pullAt(call, repository)
    const reviews = call.host.store.reviews.filter(
      (review) => review.repositoryId === repository.id && review.number === pull.number,
    )
    return paged(call, reviews, (review) => reviewView(call.host, repository, review))
  }),
  repositoryRoute('POST', '/pulls/:number/reviews', 'read', async (call, repository) => {
    const wish = parseBody('PullRequestReview', NewReview, call.body)
    const review = await submitReview(call.host, repository, pullAt(call, repository), wish, call.actor)
    return ok(reviewView(call.host, repository, review))
  }),
  repositoryRoute('GET', '/pulls/:number/reviews/:id', 'read', (call, repository) =>
    ok(reviewView(call.host, repository, reviewAt(call, repository, pullAt(call, repository)))),
  ),
  repositoryRoute('PUT', '/pulls/:number/reviews/:id/dismissals', 'write', (call, repository) => {
    const { host, actor } = call
    const pull = pullAt(call, repository)
    const review = reviewAt(call, repository, pull)
    parseBody('PullRequestReview', Dismissal, call.body)
    if (review.state === 'COMMENTED') throw new Problem(422, 'Can not dismiss a commented pull request review')
    const dismissed = host.store.reviews.put({ ...review, state: 'DISMISSED' })
    emitReview(host, repository, pull, dismissed, 'dismissed', actor)
    return ok(reviewView(host, repository, dismissed))
  }),
  repositoryRoute('GET', '/issues/:number/comments', 'read', (call, repository) => {
    const pull = pullAt(call, repository)
    const comments = call.host.store.comments.filter(
      (comment) => comment.repositoryId === repository.id && comment.number === pull.number,
    )
    return paged(call, comments, (comment) => commentView(call.host, repository, comment))
  }),
  repositoryRoute('POST', '/issues/:number/comments', 'read', (call, repository) => {
    const { body } = parseBody('IssueComment', Text, call.body)
    const comment = addComment(call.host, repository, pullAt(call, repository), body, call.actor)
    return created(commentView(call.host, repository, comment))
  }),
  repositoryRoute('PATCH', '/issues/comments/:id', 'read', (call, repository) => {
    const comment = commentAt(call, repository)
    if (comment.userId !== call.actor.id) throw new Problem(403, 'Only its author may edit a comment.')
    const { body } = parseBody('IssueComment', Text, call.body)
    return ok(commentView(call.host, repository, call.host.store.comments.put({ ...comment, body, updatedAt: now() })))
  }),
  repositoryRoute('DELETE', '/issues/comments/:id', 'read', (call, repository) => {
    const comment = commentAt(call, repository)
    if (comment.userId !== call.actor.id) throw new Problem(403, 'Only its author may delete a comment.')
    call.host.store.comments.remove(comment.id)
    return noContent()
  }),
]
