/**
 * The life of a request, as data: the diagram, the tests and the buttons are made from it.
 *
 *   opening → in_review → approved → merging → syncing → done
 *                 ↑ ↓ changes_requested
 *   ends: rejected, cancelled, failed
 */
import type { RequestEvent, RequestState } from '../../../contracts/requests/life.ts'

type Step = { to: RequestState /** How the timeline tells it. */; title: string }
export type Machine = Partial<Record<RequestState, Partial<Record<RequestEvent, Step>>>>

/** What may happen on the host while a pull request is open, whatever state it is in here. */
const onTheHost = {
  closed_on_host: { to: 'cancelled', title: 'Pull request closed on the Git host' },
  merged_on_host: { to: 'syncing', title: 'Merged on the Git host' },
} as const satisfies Partial<Record<RequestEvent, Step>>

const ends = {
  reject: { to: 'rejected', title: 'Rejected' },
  cancel: { to: 'cancelled', title: 'Withdrawn' },
  fail: { to: 'failed', title: 'Failed' },
} as const satisfies Partial<Record<RequestEvent, Step>>

export const machine = {
  opening: {
    opened: { to: 'in_review', title: 'Pull request opened' },
    cancel: ends.cancel,
    fail: ends.fail,
  },
  in_review: {
    approve: { to: 'in_review', title: 'Approved' },
    quorum: { to: 'approved', title: 'All approvals given' },
    push: { to: 'in_review', title: 'Branch changed, approvals are void' },
    request_changes: { to: 'changes_requested', title: 'Changes requested' },
    approval_withdrawn: { to: 'in_review', title: 'Approval withdrawn' },
    changes_withdrawn: { to: 'in_review', title: 'No changes requested any more' },
    ...onTheHost,
    ...ends,
  },
  changes_requested: {
    approval_withdrawn: { to: 'changes_requested', title: 'Approval withdrawn' },
    changes_withdrawn: { to: 'in_review', title: 'No changes requested any more' },
    approve: { to: 'in_review', title: 'Approved' },
    push: { to: 'in_review', title: 'Branch changed, approvals are void' },
    request_changes: { to: 'changes_requested', title: 'Changes requested' },
    ...onTheHost,
    ...ends,
  },
  approved: {
    merge: { to: 'merging', title: 'Merging' },
    approval_withdrawn: { to: 'approved', title: 'Approval withdrawn' },
    quorum_lost: { to: 'in_review', title: 'No longer enough approvals' },
    push: { to: 'in_review', title: 'Branch changed, approvals are void' },
    ...onTheHost,
    ...ends,
  },
  merging: {
    merged: { to: 'syncing', title: 'Merged' },
    approval_withdrawn: { to: 'merging', title: 'Approval withdrawn' },
    quorum_lost: { to: 'in_review', title: 'No longer enough approvals' },
    head_moved: { to: 'in_review', title: 'Branch changed before the merge, approvals are void' },
    push: { to: 'in_review', title: 'Branch changed before the merge, approvals are void' },
    ...onTheHost,
    fail: ends.fail,
  },
  syncing: {
    applied: { to: 'done', title: 'Applied' },
    fail: ends.fail,
  },
  failed: {
    retry: { to: 'opening', title: 'Tried again' },
  },
} as const satisfies Machine

const table: Machine = machine

export function stepOf(state: RequestState, event: RequestEvent): Step | undefined {
  const steps: Partial<Record<RequestEvent, Step>> | undefined = table[state]
  return steps?.[event]
}

/** The timeline's word for a transition that was recorded. */
export function titleOf(event: string, from: string): string {
  if (event === 'submitted') return 'Asked'
  for (const [state, steps] of Object.entries<Partial<Record<string, Step>>>(machine)) {
    if (state === from && steps[event]) return steps[event].title
  }
  return event
}
