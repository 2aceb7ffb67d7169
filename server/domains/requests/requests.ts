/**
 * Requests, as a story: a member submits, somebody else decides, the portal merges what was approved, Argo CD applies
 * it, and the request is done when the cluster says so. What touches the world is a job (server/jobs); what is written
 * here is one transaction each.
 */
import { randomUUID } from 'node:crypto'
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import { CommitSha, Environment, RequestId } from '../../contracts/names.ts'
import { RequestDraft } from '../../contracts/requests/drafts.ts'
import { finalStates } from '../../contracts/requests/life.ts'
import type { getRequestDiff, listRequests, RequestView, Verdict } from '../../contracts/requests.ts'
import type { Database, Transaction } from '../../database/database.ts'
import { isUniqueViolation } from '../../database/errors.ts'
import { failure, PortalError } from '../../errors.ts'
import type { Actor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import type { GitHost } from '../../ports/git-host.ts'
import { recordAudit } from '../audit/audit.ts'
import type { PolicyService } from '../policy/policy.ts'
import { blockageOf } from './lifecycle/blockage.ts'
import { announceRequest, loadRequest, lockRequest, move, stateOf } from './lifecycle/store.ts'
import { columnsOf, lockAllowance } from './planning/claims.ts'
import { plan } from './planning/plan.ts'
import { demandChange } from './planning/unchanged.ts'
import { demandDecider, quorumReached } from './reviews/approvals.ts'
import { pageOfRequests } from './viewing/listing.ts'
import { viewOf } from './viewing/view.ts'

export { type Advance, createAdvance } from './lifecycle/advance.ts'
export { type HistoryEntry, requestHistory } from './viewing/listing.ts'

/** Jobs are sent in the transaction that makes them necessary. */
export type RequestJobs = {
  advance: (tx: Transaction, id: RequestId) => Promise<void>
  closeChange: (tx: Transaction, id: RequestId) => Promise<void>
}

type Needs = { db: Database; policy: PolicyService; git: GitHost; jobs: RequestJobs }

export function createRequests({ db, policy, git, jobs }: Needs) {
  async function readable(actor: Actor, id: RequestId) {
    const row = await loadRequest(db, id)
    demand(actor, 'request.read', row.team.slug)
    return row
  }

  /** One decision, under the row's lock: permission, requester, state and head are checked there. */
  async function decide(
    actor: Actor,
    id: RequestId,
    decision: { kind: 'approved' | 'changes_requested' | 'rejected'; sha?: CommitSha; comment?: string },
  ): Promise<RequestView> {
    demand(actor, 'request.approve', (await readable(actor, id)).team.slug)
    const current = await policy.current()
    return db.$transaction(async (tx) => {
      let row = await lockRequest(tx, id)
      demand(actor, 'request.approve', row.team.slug)
      demandDecider(row, actor)
      if (decision.sha && decision.sha !== row.headSha) {
        throw failure(
          'head_moved',
          'The branch has moved on since you looked at it.',
          'Look at the new diff, then decide again.',
        )
      }
      const blockage = blockageOf(row)
      if (blockage && decision.kind === 'approved') throw failure('wrong_state', blockage.message, blockage.remedy)
      if (decision.kind === 'rejected') {
        row = await move(tx, row, 'reject', { actor, detail: decision.comment })
        await jobs.closeChange(tx, id)
        return viewOf(row, actor)
      }
      row = await move(tx, row, decision.kind === 'approved' ? 'approve' : 'request_changes', {
        actor,
        detail: decision.comment,
        data: { sha: decision.sha },
      })
      const { userId } = actor
      if (userId !== null && decision.sha) {
        const standing = {
          decision: decision.kind,
          comment: decision.comment ?? null,
          source: 'portal',
          hostLogin: null,
          at: new Date(),
          voidedAt: null,
        }
        await tx.approval.upsert({
          where: { requestId_reviewerId_sha: { requestId: id, reviewerId: userId, sha: decision.sha } },
          create: { requestId: id, reviewerId: userId, sha: decision.sha, ...standing },
          update: standing,
        })
      }
      row = await loadRequest(tx, id)
      if (decision.kind === 'approved' && stateOf(row) === 'in_review' && quorumReached(row, current)) {
        row = await move(tx, row, 'quorum', { actor, data: { sha: row.headSha } })
        await jobs.advance(tx, id)
      }
      return viewOf(row, actor)
    })
  }

  async function planAgain(tx: Transaction, row: { draft: unknown }) {
    const again = await plan(tx, RequestDraft.parse(row.draft), await policy.current())
    if (again.verdict.outcome === 'refused') throw refusedFor(again.verdict)
    return again
  }

  return {
    async preview(actor: Actor, draft: RequestDraft): Promise<Verdict> {
      demand(actor, 'request.submit', draft.team)
      const target = await plan(db, draft, await policy.current())
      demandChange(draft, target)
      return target.verdict
    },

    async submit(actor: Actor, draft: RequestDraft): Promise<RequestView> {
      demand(actor, 'request.submit', draft.team)
      const { userId } = actor
      if (userId === null)
        throw failure('forbidden', 'Only a person can ask for a change.', 'Sign in, or use a personal token.')
      const current = await policy.current()
      const target = await plan(db, draft, current)
      try {
        return await db.$transaction(async (tx) => {
          await lockAllowance(tx, target.team, target.environment)
          // Planned again under the lock: what others asked for meanwhile counts.
          const again = await plan(tx, draft, current)
          demandChange(draft, again)
          const { verdict, desired, growth, namespace, model, environment, title, team } = again
          if (verdict.outcome === 'refused') {
            throw refusedFor(verdict)
          }
          const id = randomUUID()
          await tx.request.create({
            data: {
              id,
              kind: draft.kind,
              title,
              teamId: team.id,
              environment,
              namespace,
              model,
              state: 'opening',
              draft,
              verdict,
              desired,
              reason: draft.reason,
              requesterId: userId,
              branch: `modelyard/${namespace}${model ? `.${model}` : ''}/${id.slice(0, 8)}`,
              openTarget: targetOf({ namespace, model }),
              monthlyDelta: verdict.monthlyDelta,
              ...columnsOf(growth),
              transitions: {
                create: { event: 'submitted', from: 'draft', to: 'opening', actorId: userId, actorName: actor.name },
              },
            },
          })
          const row = await loadRequest(tx, RequestId.parse(id))
          await recordAudit(tx, {
            actor,
            action: 'request.submitted',
            object: { kind: 'request', id, name: `#${row.number}` },
            team: team.slug,
            after: { kind: draft.kind, title, desired },
            reason: draft.reason,
          })
          await announceRequest(tx, row)
          await jobs.advance(tx, RequestId.parse(id))
          return viewOf(row, actor)
        })
      } catch (error) {
        if (isUniqueViolation(error, 'openTarget')) throw alreadyAsked(target.model ?? target.namespace, draft.kind)
        throw error
      }
    },

    async get(actor: Actor, id: RequestId): Promise<RequestView> {
      return viewOf(await readable(actor, id), actor)
    },

    list: (actor: Actor, input: ParsedInputOf<typeof listRequests>) => pageOfRequests(db, actor, input),

    async diff(actor: Actor, id: RequestId): Promise<OutputOf<typeof getRequestDiff>> {
      const row = await readable(actor, id)
      const headSha = row.headSha === null ? null : CommitSha.parse(row.headSha)
      if (row.pullNumber === null) return { headSha, files: [], problem: null }
      try {
        const { files, more } = await git.changedFiles(row.pullNumber)
        const problem = more ? 'The branch changes more files than are shown here. Look at the pull request.' : null
        return { headSha, files, problem }
      } catch (error) {
        if (!(error instanceof PortalError)) throw error
        return { headSha, files: [], problem: `${error.explanation.detail} ${error.explanation.remedy}` }
      }
    },

    approve: (actor: Actor, input: { id: RequestId; sha: CommitSha; comment?: string }) =>
      decide(actor, input.id, { kind: 'approved', sha: input.sha, comment: input.comment }),
    requestChanges: (actor: Actor, input: { id: RequestId; sha: CommitSha; comment: string }) =>
      decide(actor, input.id, { kind: 'changes_requested', sha: input.sha, comment: input.comment }),
    reject: (actor: Actor, input: { id: RequestId; comment: string }) =>
      decide(actor, input.id, { kind: 'rejected', comment: input.comment }),

    async cancel(actor: Actor, id: RequestId): Promise<RequestView> {
      await readable(actor, id)
      return db.$transaction(async (tx) => {
        const row = await lockRequest(tx, id)
        demand(actor, 'request.cancel', row.team.slug)
        if (actor.userId !== row.requesterId && !actor.platformRoles.includes('admin')) {
          throw failure(
            'forbidden',
            'Only the requester can withdraw a request.',
            'Ask the requester, or reject it as a reviewer.',
          )
        }
        const moved = await move(tx, row, 'cancel', { actor })
        await jobs.closeChange(tx, id)
        return viewOf(moved, actor)
      })
    },

    /** Something happened on the host: the requests it may concern look sooner. */
    async wake({ branch, pullNumber }: { branch?: string; pullNumber?: number }): Promise<number> {
      const concerned = [...(branch ? [{ branch }] : []), ...(pullNumber === undefined ? [] : [{ pullNumber }])]
      if (concerned.length === 0) return 0
      return db.$transaction(async (tx) => {
        const rows = await tx.request.findMany({
          where: { OR: concerned, state: { notIn: [...finalStates] } },
          select: { id: true },
        })
        for (const { id } of rows) await jobs.advance(tx, RequestId.parse(id))
        return rows.length
      })
    },

    async retry(actor: Actor, id: RequestId): Promise<RequestView> {
      const failed = await readable(actor, id)
      try {
        return await db.$transaction(async (tx) => {
          await lockAllowance(tx, failed.team, Environment.parse(failed.environment))
          const row = await lockRequest(tx, id)
          demand(actor, 'request.submit', row.team.slug)
          await move(tx, row, 'retry', { actor })
          // Judged as if it were asked now: what has changed meanwhile may ask for approvals that it did not need then.
          const { growth, title, desired, verdict } = await planAgain(tx, row)
          const openTarget = targetOf(row)
          const judged = { title, desired, verdict, monthlyDelta: verdict.monthlyDelta, ...columnsOf(growth) }
          await tx.request.update({ where: { id }, data: { openTarget, ...judged } })
          await jobs.advance(tx, id)
          return viewOf(await loadRequest(tx, id), actor)
        })
      } catch (error) {
        if (isUniqueViolation(error, 'openTarget')) throw alreadyAsked(failed.model ?? failed.namespace, failed.kind)
        throw error
      }
    },
  }
}

/** Of which only one open request may be. */
const targetOf = ({ namespace, model }: { namespace: string; model: string | null }) =>
  model ? `model:${namespace}/${model}` : `namespace:${namespace}`

const refusedFor = (verdict: Verdict) =>
  failure(
    'allowance_exceeded',
    verdict.summary,
    'Ask for less, give something back, or ask a platform admin for a larger allowance.',
    {
      fields: verdict.reasons.map(({ field, message }) => ({ field: field ?? '', message })),
    },
  )

const alreadyAsked = (name: string, kind: string) =>
  failure(
    kind === 'namespace.create' ? 'name_taken' : 'wrong_state',
    `Another request for ${name} is open.`,
    'Finish or withdraw that request first, or choose another name.',
    {
      fields:
        kind === 'namespace.create'
          ? [{ field: 'purpose', message: `A request for ${name} is open already.` }]
          : undefined,
    },
  )
