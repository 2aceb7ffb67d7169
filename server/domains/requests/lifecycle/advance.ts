/**
 * Moves a request along by looking at the world: is the pull request there, has its head moved, is it merged, does
 * the cluster hold what was asked? Every step may be killed at any line and asked again by several workers; webhooks
 * and watches only make it look sooner.
 */
import { CommitSha, Environment, RequestId } from '../../../contracts/names.ts'
import type { RequestEvent } from '../../../contracts/requests/life.ts'
import { finalStates, type RequestState } from '../../../contracts/requests/life.ts'
import { Verdict } from '../../../contracts/requests.ts'
import type { Database, Transaction } from '../../../database/database.ts'
import { Prisma } from '../../../database/generated/client.ts'
import { PortalError } from '../../../errors.ts'
import { systemActor } from '../../../permissions/actor.ts'
import type { Clusters } from '../../../ports/clusters.ts'
import type { Change, GitHost } from '../../../ports/git-host.ts'
import type { GitOps } from '../../../ports/gitops/gitops.ts'
import { paths } from '../../gitops/gitops.ts'
import type { Standings } from '../../people/people.ts'
import type { PolicyService } from '../../policy/policy.ts'
import { filesFor, proposalText } from '../rendering/render.ts'
import { takeReviews } from '../reviews/take-reviews.ts'
import { standingReviews } from '../reviews/whose-word.ts'
import { appliedYet } from './applied.ts'
import { blockageOf } from './blockage.ts'
import { holdClaim, settleClaim } from './claiming.ts'
import { judgeBranch } from './judging.ts'
import { announceRequest, loadRequest, lockRequest, type Move, move, type RequestRow, stateOf } from './store.ts'

type Needs = {
  db: Database
  git: GitHost
  clusters: Clusters
  gitops: GitOps
  policy: Pick<PolicyService, 'current'>
  standings: Standings
  portalUrl: string
  repositoryUrl: string
}

const portal = systemActor('Modelyard')
const gitOps = systemActor('Argo CD')

const approvalStatus = 'modelyard/approval'

export function createAdvance({ db, git, clusters, gitops, policy, standings, portalUrl, repositoryUrl }: Needs) {
  const judge = (row: RequestRow, change: Change) => judgeBranch(row, change, { git, portalUrl, repositoryUrl })

  /** Applies an event if the request is still where we saw it; somebody else may have been faster. */
  async function record(
    seen: RequestRow,
    event: RequestEvent,
    how: Partial<Move> = {},
    also?: (tx: Transaction, row: RequestRow) => Promise<void>,
  ): Promise<boolean> {
    return db.$transaction(async (tx) => {
      const row = await lockRequest(tx, RequestId.parse(seen.id))
      if (row.version !== seen.version) return true
      const moved = await move(tx, row, event, { actor: portal, ...how })
      await also?.(tx, moved)
      return true
    })
  }

  /** Says on the request why it does not move, or that nothing stands in its way any more, without giving up. */
  async function note(row: RequestRow, problem: { message: string; remedy: string } | null): Promise<boolean> {
    // What must be put right on the branch outweighs what only delays.
    if (blockageOf(row) || JSON.stringify(row.failure) === JSON.stringify(problem)) return false
    await db.$transaction(async (tx) => {
      // Only where nobody has moved it since: they may have found something that weighs more.
      const where = { id: row.id, version: row.version }
      const { count } = await tx.request.updateMany({ where, data: { failure: problem ?? Prisma.DbNull } })
      if (count > 0) await announceRequest(tx, row)
    })
    return false
  }

  const voidApprovals = async (tx: Transaction, row: RequestRow) => {
    await tx.approval.updateMany({
      where: { requestId: row.id, voidedAt: null, sha: { not: row.headSha ?? '' } },
      data: { voidedAt: new Date() },
    })
  }

  async function open(row: RequestRow): Promise<boolean> {
    const files = await filesFor(row, git, repositoryUrl)
    const change = await git.openChange({ branch: row.branch, files, ...proposalText(row, portalUrl) })
    const strange = await judge(row, change)
    return record(
      row,
      'opened',
      {
        detail: `#${change.number}`,
        data: { sha: change.headSha, number: change.number },
        patch: { pullNumber: change.number, pullUrl: change.url, headSha: change.headSha, failure: strange },
      },
      voidApprovals, // of what was tried before
    )
  }

  /** What happened on the host since we last looked; undefined when nothing did. */
  async function followHost(row: RequestRow, change: Change): Promise<boolean | undefined> {
    if (change.state === 'merged') {
      const outside = stateOf(row) !== 'merging'
      const recorded = await record(
        row,
        outside ? 'merged_on_host' : 'merged',
        {
          data: { sha: change.mergedSha },
          patch: { mergedSha: change.mergedSha ?? change.headSha, releaseAmounts: true, failure: null },
        },
        holdClaim,
      )
      await askForRefresh(row)
      return recorded
    }
    if (change.state === 'closed') return record(row, 'closed_on_host')
    if (change.headSha !== row.headSha) {
      const strange = await judge(row, change)
      return record(
        row,
        'push',
        {
          detail: await pushInWords(row, change),
          data: { from: row.headSha, to: change.headSha },
          patch: { headSha: change.headSha, failure: strange },
        },
        voidApprovals,
      )
    }
    return undefined
  }

  async function pushInWords({ headSha }: RequestRow, change: Change): Promise<string> {
    const now = `now at ${change.headSha.slice(0, 7)}`
    const compared = headSha === null ? undefined : await git.compare(CommitSha.parse(headSha), change.headSha)
    if (compared?.status !== 'ahead') return `rewritten, ${now}`
    return compared.ahead === 1 ? now : `${compared.ahead} commits, ${now}`
  }

  /** What reviewers have said there since we last looked; true when the request has moved by it. */
  async function followReviews(row: RequestRow, change: Change): Promise<boolean> {
    const reviews = standingReviews(await git.reviews(change.number))
    if (reviews.length === 0 && row.hostReviews.length === 0) return false
    const needs = { standings, policy: await policy.current() }
    return db.$transaction(async (tx) => {
      const locked = await lockRequest(tx, RequestId.parse(row.id))
      if (locked.version !== row.version) return true
      return (await takeReviews(tx, locked, reviews, needs)).version !== row.version
    })
  }

  async function review(row: RequestRow): Promise<boolean> {
    const change = await changeOf(row)
    const followed = await followHost(row, change)
    if (followed !== undefined) return followed
    if (await followReviews(row, change)) return true
    const automatic = Verdict.parse(row.verdict).outcome === 'automatic'
    if (automatic && stateOf(row) === 'in_review' && !blockageOf(row))
      return record(row, 'quorum', { detail: 'Nobody has to approve this.' })
    return note(row, null)
  }

  async function merge(row: RequestRow): Promise<boolean> {
    const change = await changeOf(row)
    const followed = await followHost(row, change)
    if (followed !== undefined) return followed
    // Nothing is merged on an approval that has been taken back there meanwhile.
    if (row.hostReviews.length > 0 && (await followReviews(row, change))) return true
    if (stateOf(row) === 'approved') return record(row, 'merge')
    await git.reportStatus(change.headSha, {
      context: approvalStatus,
      state: 'success',
      description: 'Approved as the policy asks',
      url: `${portalUrl}/requests/${row.id}`,
    })
    const result = await git.merge(
      change.number,
      change.headSha,
      `${row.title} (#${change.number})\n\nModelyard-Request: ${row.id}`,
    )
    switch (result.outcome) {
      case 'merged':
      case 'head_moved':
        return true // Looked at again: the host's word decides.
      case 'conflict':
        await git.closeChange(
          change.number,
          'Closed by Modelyard: the default branch has moved in a way that conflicts.',
        )
        return record(row, 'fail', {
          detail: result.message,
          patch: {
            failure: {
              message: 'The pull request conflicts with what was merged meanwhile.',
              remedy: 'Submit the request again.',
            },
          },
        })
      case 'blocked':
        return note(row, {
          message: `The Git host does not merge yet: ${result.message}`,
          remedy: 'Look at the pull request; the portal goes on trying.',
        })
    }
  }

  /** It looks by itself within minutes; asked, it looks now. A courtesy: nothing depends on it. */
  async function askForRefresh(row: RequestRow): Promise<void> {
    const name = row.model === null ? row.namespace : paths.applicationOfModel(row.namespace, row.model)
    const asked = await Promise.allSettled([
      gitops.discover(row.model === null ? 'namespaces' : 'models'),
      gitops.refresh(name, 'normal'),
    ])
    for (const each of asked) if (each.status === 'rejected' && !(each.reason instanceof PortalError)) throw each.reason
  }

  async function sync(row: RequestRow): Promise<boolean> {
    const outcome = await appliedYet(row, clusters.of(Environment.parse(row.environment)), gitops)
    if (outcome.applied) return record(row, 'applied', { actor: gitOps, patch: { failure: null } }, settleClaim)
    return note(row, outcome.problem)
  }

  async function closeLeft(row: RequestRow): Promise<boolean> {
    const change = row.pullNumber === null ? await git.findChange(row.branch) : await git.getChange(row.pullNumber)
    if (change?.state === 'open')
      await git.closeChange(change.number, `Closed by Modelyard: the request was ${row.state}.`)
    return false
  }

  async function changeOf(row: RequestRow): Promise<Change> {
    return git.getChange(row.pullNumber ?? 0)
  }

  const steps: Partial<Record<RequestState, (row: RequestRow) => Promise<boolean>>> = {
    opening: open,
    in_review: review,
    changes_requested: review,
    approved: merge,
    merging: merge,
    syncing: sync,
    // It may have ended while its pull request was being opened.
    cancelled: closeLeft,
    rejected: closeLeft,
  }

  return {
    /** Goes as far as it can now. An outside system that does not answer is noted on the request and thrown on. */
    async advance(id: RequestId): Promise<void> {
      for (let turns = 0; turns < 12; turns++) {
        const row = await loadRequest(db, id)
        try {
          if (!(await steps[stateOf(row)]?.(row))) return
        } catch (error) {
          if (!(error instanceof PortalError) || finalStates.includes(stateOf(row))) throw error
          const { detail: message, remedy } = error.explanation
          if (error.code === 'integration_unavailable') {
            await note(row, { message, remedy: `${remedy} The portal goes on trying.` })
          } else if (stateOf(row) !== 'syncing') {
            await record(row, 'fail', { detail: message, patch: { failure: { message, remedy } } })
            return
          }
          throw error
        }
      }
    },

    /** A request that ended before its merge leaves no pull request open. */
    async close(id: RequestId): Promise<void> {
      await closeLeft(await loadRequest(db, id))
    },

    /** Requests that wait for the cluster in one namespace. */
    async syncingIn(namespace: string): Promise<RequestId[]> {
      const rows = await db.request.findMany({ where: { state: 'syncing', namespace }, select: { id: true } })
      return rows.map((row) => RequestId.parse(row.id))
    },

    async openIds(): Promise<RequestId[]> {
      const rows = await db.request.findMany({
        where: { state: { notIn: [...finalStates] } },
        select: { id: true },
        orderBy: { number: 'asc' },
      })
      return rows.map((row) => RequestId.parse(row.id))
    },
  }
}
export type Advance = ReturnType<typeof createAdvance>
