/** A stored request as the API shows it to one reader. */

import { z } from 'zod'
import {
  CommitSha,
  Environment,
  ModelName,
  NamespaceName,
  RequestId,
  TeamSlug,
  UserId,
} from '../../../contracts/names.ts'
import { RequestDraft, requestKinds } from '../../../contracts/requests/drafts.ts'
import { finalStates, type RequestState } from '../../../contracts/requests/life.ts'
import { type RequestSummary, type RequestView, Verdict } from '../../../contracts/requests.ts'
import type { Actor } from '../../../permissions/actor.ts'
import { allows } from '../../../permissions/permissions.ts'
import { Blockage, blockageOf } from '../lifecycle/blockage.ts'
import { stepOf, titleOf } from '../lifecycle/machine.ts'
import { type ListedRow, type RequestRow, stateOf } from '../lifecycle/store.ts'
import { desiredOf } from '../planning/desired.ts'
import { refusalToDecide, validApprovals } from '../reviews/approvals.ts'

const Kind = z.enum(requestKinds)
const Decision = z.enum(['approved', 'changes_requested', 'rejected'])
const Source = z.enum(['portal', 'git_host'])

export function stateLabel(row: ListedRow): string {
  const needed = Verdict.parse(row.verdict).approvals
  const labels: Record<RequestState, string> = {
    opening: 'Opening pull request',
    in_review:
      needed > 1 ? `Waiting for ${needed - validApprovals(row).length} of ${needed} approvals` : 'Waiting for approval',
    changes_requested: 'Changes requested',
    approved: 'Approved',
    merging: 'Merging',
    syncing: row.failure ? 'Not applied yet' : 'Being applied',
    done: 'Done',
    rejected: 'Rejected',
    cancelled: 'Withdrawn',
    failed: 'Failed',
  }
  return labels[stateOf(row)]
}

const mayDecide = (row: ListedRow, actor: Actor) =>
  allows(actor, 'request.approve', row.team.slug).allowed && refusalToDecide(row, actor) === undefined

export function summaryOf(row: ListedRow, actor: Actor): RequestSummary {
  const state = stateOf(row)
  return {
    id: RequestId.parse(row.id),
    number: row.number,
    kind: Kind.parse(row.kind),
    title: row.title,
    team: TeamSlug.parse(row.team.slug),
    teamName: row.team.name,
    environment: Environment.parse(row.environment),
    target: {
      namespace: NamespaceName.parse(row.namespace),
      model: row.model === null ? null : ModelName.parse(row.model),
    },
    state,
    stateLabel: stateLabel(row),
    requester: { id: UserId.parse(row.requesterId), name: row.requester.name },
    monthlyDelta: row.monthlyDelta,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    waitingForMe:
      state === 'in_review' &&
      mayDecide(row, actor) &&
      !validApprovals(row).some((each) => each.reviewerId === actor.userId),
  }
}

export function viewOf(row: RequestRow, actor: Actor): RequestView {
  const verdict = Verdict.parse(row.verdict)
  const desired = desiredOf(row)
  return {
    ...summaryOf(row, actor),
    reason: row.reason,
    draft: RequestDraft.parse(row.draft),
    verdict,
    pullRequest:
      row.pullNumber === null || row.pullUrl === null
        ? null
        : {
            number: row.pullNumber,
            url: row.pullUrl,
            headSha: row.headSha === null ? null : CommitSha.parse(row.headSha),
          },
    approvals: row.approvals.map((each) => ({
      reviewer: { id: UserId.parse(each.reviewerId), name: each.reviewer.name },
      decision: Decision.parse(each.decision),
      sha: CommitSha.parse(each.sha),
      comment: each.comment,
      source: Source.parse(each.source),
      login: each.hostLogin,
      at: each.at.toISOString(),
      voidedAt: each.voidedAt?.toISOString() ?? null,
      voidedBecause: each.voidedAt === null ? null : each.sha === row.headSha ? 'withdrawn' : 'branch_moved',
    })),
    uncountedReviews: row.hostReviews.flatMap((each) =>
      each.why === null || each.sha !== row.headSha
        ? []
        : [
            {
              login: each.login,
              decision: each.state === 'changes_requested' ? ('changes_requested' as const) : ('approved' as const),
              sha: CommitSha.parse(each.sha),
              at: each.at.toISOString(),
              why: each.why,
            },
          ],
    ),
    approvalsNeeded: verdict.approvals,
    timeline: row.transitions.map((each) => ({
      id: String(each.id),
      type: each.event,
      title: titleOf(each.event, each.from),
      detail: each.detail,
      actor: each.actorId === null ? null : { id: UserId.parse(each.actorId), name: each.actorName },
      at: each.at.toISOString(),
    })),
    upcoming: upcomingOf(row, verdict),
    failure: row.failure === null ? null : Blockage.parse(row.failure),
    actions: actionsFor(row, actor),
    quota: desired.kind === 'namespace' ? desired.quota : null,
  }
}

function upcomingOf(row: RequestRow, verdict: Verdict): RequestView['upcoming'] {
  const state = stateOf(row)
  if (finalStates.includes(state)) return []
  const missing = Math.max(0, verdict.approvals - validApprovals(row).length)
  const steps = [
    { at: ['opening'], title: 'Pull request', detail: 'opened by the portal' },
    { at: ['opening', 'in_review', 'changes_requested'], title: 'Approval', detail: `by ${verdict.approvers}` },
    {
      at: ['opening', 'in_review', 'changes_requested', 'approved', 'merging'],
      title: 'Merge',
      detail:
        missing > 0 ? `after ${missing} more approval${missing > 1 ? 's' : ''}` : 'of exactly the approved commit',
    },
    {
      at: ['opening', 'in_review', 'changes_requested', 'approved', 'merging', 'syncing'],
      title: 'Argo CD applies',
      detail: 'usually within seconds',
    },
  ]
  return steps
    .filter((step) => step.at.includes(state) && !(step.title === 'Approval' && missing === 0))
    .map(({ title, detail }) => ({ title, detail }))
}

function actionsFor(row: RequestRow, actor: Actor): RequestView['actions'] {
  const state = stateOf(row)
  const permitted = allows(actor, 'request.approve', row.team.slug)
  const refusal = refusalToDecide(row, actor) ?? (permitted.allowed ? undefined : permitted.why)
  const blocked = refusal ?? blockageOf(row)?.message
  const approved = validApprovals(row).some((each) => each.reviewerId === actor.userId)
  const isRequester = actor.userId === row.requesterId
  const mayCancel = isRequester || actor.platformRoles.includes('admin')
  const all: (RequestView['actions'][number] | undefined)[] = [
    stepOf(state, 'approve') && {
      action: 'approve',
      allowed: blocked === undefined && !approved && row.headSha !== null,
      why: blocked ?? (approved ? 'You have approved this commit.' : null),
    },
    stepOf(state, 'request_changes') && {
      action: 'requestChanges',
      allowed: refusal === undefined,
      why: refusal ?? null,
    },
    stepOf(state, 'reject') && { action: 'reject', allowed: refusal === undefined, why: refusal ?? null },
    stepOf(state, 'cancel') && {
      action: 'cancel',
      allowed: mayCancel,
      why: mayCancel ? null : 'Only the requester can withdraw it.',
    },
    stepOf(state, 'retry') && {
      action: 'retry',
      allowed: allows(actor, 'request.submit', row.team.slug).allowed,
      why: allows(actor, 'request.submit', row.team.slug).allowed ? null : 'Only members of the team can try it again.',
    },
  ]
  return all.filter((each) => each !== undefined)
}
