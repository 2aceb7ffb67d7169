/** Requests: every change to the platform, from the wish to the running thing. */
import { z } from 'zod'
import { contract } from './contract.ts'
import { CommitSha, Environment, ModelName, NamespaceName, Reason, RequestId, TeamSlug } from './names.ts'
import { Paging, page, sorting, Timestamp } from './paging.ts'
import { Person } from './people.ts'
import { Amounts } from './quantity.ts'
import { RequestDraft, requestKinds } from './requests/drafts.ts'
import { RequestState, requestEvents } from './requests/life.ts'

/** One line of "what changes": the amounts now and after, what the team has left, and what it costs. */
export const ResourceChange = z.object({
  resource: z.enum(['cpu', 'memory', 'gpu', 'storage']),
  now: z.number(),
  after: z.number(),
  used: z.number().nullable().meta({ description: 'Measured use now, where it is known' }),
  leftNow: z.number(),
  leftAfter: z.number(),
  monthlyDelta: z.number().meta({ description: 'US dollars a month' }),
})
export type ResourceChange = z.infer<typeof ResourceChange>

export const Verdict = z.object({
  outcome: z.enum(['automatic', 'review', 'refused']),
  summary: z.string().meta({ description: 'One sentence for the person who asks' }),
  reasons: z.array(z.object({ rule: z.string(), message: z.string(), field: z.string().nullable() })),
  approvals: z.number().int().meta({ description: 'How many approvals it needs' }),
  approvers: z.string().meta({ description: 'Who may give them, in words' }),
  changes: z.array(ResourceChange),
  monthlyDelta: z.number(),
  policyVersion: z.string(),
})
export type Verdict = z.infer<typeof Verdict>

export const Approval = z.object({
  reviewer: Person,
  decision: z.enum(['approved', 'changes_requested', 'rejected']),
  sha: CommitSha,
  comment: z.string().nullable(),
  source: z.enum(['portal', 'git_host']),
  login: z.string().nullable().meta({ description: 'Their login on the Git host, when they decided there' }),
  at: Timestamp,
  voidedAt: Timestamp.nullable().meta({ description: 'Set when it no longer counts' }),
  voidedBecause: z.enum(['branch_moved', 'withdrawn']).nullable(),
})
export type Approval = z.infer<typeof Approval>

/** What somebody said on the Git host about the present head that does not count here. */
export const UncountedReview = z.object({
  login: z.string(),
  decision: z.enum(['approved', 'changes_requested']),
  sha: CommitSha,
  at: Timestamp,
  why: z.string().meta({ description: 'Completes "approved by octo, …", e.g. who is not linked to an account here' }),
})
export type UncountedReview = z.infer<typeof UncountedReview>

export const TimelineEntry = z.object({
  id: z.string(),
  type: z.string().meta({ description: `What happened: ${['submitted', ...requestEvents].join(', ')}` }),
  title: z.string(),
  detail: z.string().nullable(),
  actor: Person.nullable(),
  at: Timestamp,
})
export type TimelineEntry = z.infer<typeof TimelineEntry>

export const PullRequestLink = z.object({ number: z.number().int(), url: z.string(), headSha: CommitSha.nullable() })

export const RequestSummary = z.object({
  id: RequestId,
  number: z.number().int(),
  kind: z.enum(requestKinds),
  title: z.string().meta({ description: 'e.g. Namespace ml-dev, or More CPU and memory for data-prod' }),
  team: TeamSlug,
  teamName: z.string(),
  environment: Environment,
  target: z.object({ namespace: NamespaceName, model: ModelName.nullable() }),
  state: RequestState,
  stateLabel: z.string().meta({ description: 'e.g. Waiting for 1 of 2 approvals' }),
  requester: Person,
  monthlyDelta: z.number(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  waitingForMe: z.boolean(),
})
export type RequestSummary = z.infer<typeof RequestSummary>

/** What the reader may do here, and if not, why: the buttons are made from it. */
export const AvailableAction = z.object({
  action: z.enum(['approve', 'requestChanges', 'reject', 'cancel', 'retry']),
  allowed: z.boolean(),
  why: z.string().nullable(),
})

export const RequestView = RequestSummary.extend({
  reason: z.string(),
  draft: RequestDraft,
  verdict: Verdict,
  pullRequest: PullRequestLink.nullable(),
  approvals: z.array(Approval),
  uncountedReviews: z.array(UncountedReview),
  approvalsNeeded: z.number().int(),
  timeline: z.array(TimelineEntry),
  upcoming: z.array(z.object({ title: z.string(), detail: z.string().nullable() })),
  failure: z.object({ message: z.string(), remedy: z.string() }).nullable(),
  actions: z.array(AvailableAction),
  quota: Amounts.nullable(),
})
export type RequestView = z.infer<typeof RequestView>

export const submitRequest = contract({
  method: 'POST',
  path: '/api/v1/requests',
  action: 'request.submit',
  status: 201,
  summary: 'Ask for a change; a pull request is opened for it',
  input: RequestDraft,
  output: RequestView,
  errors: ['allowance_exceeded', 'policy_refused', 'name_taken', 'wrong_state'],
})

export const previewRequest = contract({
  method: 'POST',
  path: '/api/v1/requests/preview',
  action: 'request.submit',
  summary: 'The verdict of a request before it is submitted; nothing is written',
  input: RequestDraft,
  output: Verdict,
})

export const RequestSort = sorting([
  'number',
  'team',
  'environment',
  'state',
  'requester',
  'monthlyDelta',
  'createdAt',
  'updatedAt',
])

export const listRequests = contract({
  method: 'GET',
  path: '/api/v1/requests',
  action: 'request.list',
  summary: 'Requests you can see, newest first unless told',
  input: Paging.extend({
    sort: RequestSort.default('-number'),
    team: TeamSlug.optional(),
    state: RequestState.optional(),
    open: z.stringbool().optional().meta({ description: 'Only those that are not finished' }),
    waitingForMe: z.stringbool().optional(),
    namespace: NamespaceName.optional(),
    model: ModelName.optional(),
    q: z.string().max(100).optional(),
  }),
  output: page(RequestSummary),
})

export const getRequest = contract({
  method: 'GET',
  path: '/api/v1/requests/{id}',
  action: 'request.read',
  summary: 'One request with its verdict, approvals and timeline',
  input: z.object({ id: RequestId }),
  output: RequestView,
})

export const FileDiff = z.object({
  path: z.string(),
  status: z.enum(['added', 'removed', 'modified', 'renamed']),
  patch: z.string().nullable().meta({ description: 'Unified diff; null where the host gives none' }),
  additions: z.number().int(),
  deletions: z.number().int(),
})
export type FileDiff = z.infer<typeof FileDiff>

export const getRequestDiff = contract({
  method: 'GET',
  path: '/api/v1/requests/{id}/diff',
  action: 'request.read',
  summary: 'What the pull request changes, file by file',
  input: z.object({ id: RequestId }),
  output: z.object({ headSha: CommitSha.nullable(), files: z.array(FileDiff), problem: z.string().nullable() }),
})

const decision = { id: RequestId, sha: CommitSha.meta({ description: 'The head commit you have looked at' }) }

export const approveRequest = contract({
  method: 'POST',
  path: '/api/v1/requests/{id}/approve',
  action: 'request.approve',
  summary: 'Approve exactly this commit',
  input: z.object({ ...decision, comment: z.string().max(2000).optional() }).strict(),
  output: RequestView,
  errors: ['self_approval', 'head_moved', 'wrong_state'],
})

export const requestChanges = contract({
  method: 'POST',
  path: '/api/v1/requests/{id}/request-changes',
  action: 'request.approve',
  summary: 'Ask for changes before it can be approved',
  input: z.object({ ...decision, comment: Reason }).strict(),
  output: RequestView,
  errors: ['self_approval', 'head_moved', 'wrong_state'],
})

export const rejectRequest = contract({
  method: 'POST',
  path: '/api/v1/requests/{id}/reject',
  action: 'request.approve',
  summary: 'Refuse the request and close its pull request',
  input: z.object({ id: RequestId, comment: Reason }).strict(),
  output: RequestView,
  errors: ['self_approval', 'wrong_state'],
})

export const cancelRequest = contract({
  method: 'POST',
  path: '/api/v1/requests/{id}/cancel',
  action: 'request.cancel',
  summary: 'Withdraw your own request',
  input: z.object({ id: RequestId }).strict(),
  output: RequestView,
  errors: ['wrong_state'],
})

export const retryRequest = contract({
  method: 'POST',
  path: '/api/v1/requests/{id}/retry',
  action: 'request.submit',
  summary: 'Try a failed request again from where it stopped',
  input: z.object({ id: RequestId }).strict(),
  output: RequestView,
  errors: ['wrong_state'],
})

export const Preset = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  quota: Amounts,
  monthlyCost: z.number(),
})
export const getPolicy = contract({
  method: 'GET',
  path: '/api/v1/policy',
  action: 'policy.read',
  summary: 'Presets, prices and rules that requests are judged by',
  input: z.object({}),
  output: z.object({
    version: z.string(),
    presets: z.array(Preset),
    prices: z
      .object({ cpu: z.number(), memory: z.number(), gpu: z.number(), storage: z.number() })
      .meta({ description: 'US dollars a month per core, GiB, device, GiB' }),
    approvals: z.object({ dev: z.number().int(), staging: z.number().int(), prod: z.number().int() }),
    problem: z.string().nullable(),
  }),
})
