import type { Host } from '../host.ts'
import type { Comment, Pull, Repository, Review } from '../store/records.ts'
import { accountView, nodeId } from './account.ts'
import { apiOf } from './links.ts'
import { repositoryView } from './repository.ts'

const web = (host: Host, repository: Repository, number: number) =>
  `${host.url}/${host.fullName(repository)}/pull/${number}`

export function pullView(host: Host, repository: Repository, pull: Pull) {
  const url = `${apiOf(host, repository)}/pulls/${pull.number}`
  const issue = `${apiOf(host, repository)}/issues/${pull.number}`
  const html = web(host, repository, pull.number)
  const statuses = `${apiOf(host, repository)}/statuses/${pull.headSha}`
  const reviewComment = `${apiOf(host, repository)}/pulls/comments{/number}`
  const owner = host.account(repository.ownerId)
  const side = (ref: string, sha: string) => ({
    label: `${owner.login}:${ref}`,
    ref,
    sha,
    user: accountView(host, owner),
    repo: repositoryView(host, repository),
  })
  return {
    url,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: accountView(host, host.account(pull.userId)),
    body: pull.body,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergedSha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: [],
    milestone: null,
    draft: pull.draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: reviewComment,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    head: side(pull.head, pull.headSha),
    base: side(pull.base, pull.baseSha),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: reviewComment },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: 'MEMBER',
    auto_merge: null,
    active_lock_reason: null,
  }
}

export const reviewView = (host: Host, repository: Repository, review: Review) => {
  const html = `${web(host, repository, review.number)}#pullrequestreview-${review.id}`
  const pull = `${apiOf(host, repository)}/pulls/${review.number}`
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: accountView(host, host.account(review.userId)),
    body: review.body,
    commit_id: review.sha,
    submitted_at: review.submittedAt,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: 'MEMBER',
    _links: { html: { href: html }, pull_request: { href: pull } },
  }
}

export const commentView = (host: Host, repository: Repository, comment: Comment) => ({
  url: `${apiOf(host, repository)}/issues/comments/${comment.id}`,
  html_url: `${web(host, repository, comment.number)}#issuecomment-${comment.id}`,
  issue_url: `${apiOf(host, repository)}/issues/${comment.number}`,
  id: comment.id,
  node_id: nodeId('IssueComment', comment.id),
  user: accountView(host, host.account(comment.userId)),
  created_at: comment.createdAt,
  updated_at: comment.updatedAt,
  author_association: 'MEMBER',
  body: comment.body,
  performed_via_github_app: null,
})
