/** The states a request can be in, and what can happen to it. */
import { z } from 'zod'

export const requestStates = [
  'opening',
  'in_review',
  'changes_requested',
  'approved',
  'merging',
  'syncing',
  'done',
  'rejected',
  'cancelled',
  'failed',
] as const
export const RequestState = z.enum(requestStates)
export type RequestState = z.infer<typeof RequestState>
export const finalStates: readonly RequestState[] = ['done', 'rejected', 'cancelled', 'failed']

/** The machine in the domain of requests says which of them leads from which state where. */
export const requestEvents = [
  'opened',
  'push',
  'approve',
  'quorum',
  'quorum_lost',
  'request_changes',
  'approval_withdrawn',
  'changes_withdrawn',
  'reject',
  'cancel',
  'closed_on_host',
  'merged_on_host',
  'merge',
  'merged',
  'head_moved',
  'applied',
  'fail',
  'retry',
] as const
export type RequestEvent = (typeof requestEvents)[number]
