import { z } from 'zod'

const id = z.int().positive()
const time = z.iso.datetime()
const text = z.string()

export const Permission = z.enum(['read', 'write', 'admin'])
export type Permission = z.infer<typeof Permission>

export const Account = z.object({
  id,
  login: text,
  name: text,
  email: text,
  type: z.enum(['User', 'Bot', 'Organization']),
  permission: Permission,
  password: text.optional(),
  tokenHashes: z.array(text),
  createdAt: time,
})
export type Account = z.infer<typeof Account>

export const Protection = z.object({
  requiredStatuses: z.object({ strict: z.boolean(), contexts: z.array(text) }).nullable(),
  requiredReviews: z.object({ count: z.int(), dismissStale: z.boolean() }).nullable(),
  enforceAdmins: z.boolean(),
})
export type Protection = z.infer<typeof Protection>

export const Repository = z.object({
  id,
  ownerId: id,
  name: text,
  previousNames: z.array(text),
  description: text.nullable(),
  private: z.boolean(),
  defaultBranch: text,
  protections: z.record(text, Protection),
  createdAt: time,
  updatedAt: time,
  pushedAt: time,
})
export type Repository = z.infer<typeof Repository>

/** Branches may be called `constructor`; only what was really set counts. */
export const protectionOf = (repository: Repository, branch: string): Protection | undefined =>
  Object.hasOwn(repository.protections, branch) ? repository.protections[branch] : undefined

export const Pull = z.object({
  id,
  repositoryId: id,
  number: z.int(),
  title: text,
  body: text.nullable(),
  userId: id,
  head: text,
  headSha: text,
  base: text,
  baseSha: text,
  state: z.enum(['open', 'closed']),
  draft: z.boolean(),
  /** The merge commit, written down before the base moves: after a crash it tells whether the merge happened. */
  merging: z.object({ sha: text, userId: id }).nullable(),
  mergedSha: text.nullable(),
  mergedById: id.nullable(),
  createdAt: time,
  updatedAt: time,
  closedAt: time.nullable(),
  mergedAt: time.nullable(),
})
export type Pull = z.infer<typeof Pull>

export const Review = z.object({
  id,
  repositoryId: id,
  number: z.int(),
  userId: id,
  state: z.enum(['APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED']),
  body: text,
  sha: text,
  submittedAt: time,
})
export type Review = z.infer<typeof Review>

export const Comment = z.object({
  id,
  repositoryId: id,
  number: z.int(),
  userId: id,
  body: text,
  createdAt: time,
  updatedAt: time,
})
export type Comment = z.infer<typeof Comment>

export const Status = z.object({
  id,
  repositoryId: id,
  sha: text,
  state: z.enum(['error', 'failure', 'pending', 'success']),
  context: text,
  description: text.nullable(),
  targetUrl: text.nullable(),
  userId: id,
  createdAt: time,
})
export type Status = z.infer<typeof Status>

export const CheckRun = z.object({
  id,
  repositoryId: id,
  sha: text,
  name: text,
  status: z.enum(['queued', 'in_progress', 'completed']),
  conclusion: z
    .enum(['success', 'failure', 'neutral', 'cancelled', 'skipped', 'timed_out', 'action_required'])
    .nullable(),
  title: text.nullable(),
  summary: text.nullable(),
  detailsUrl: text.nullable(),
  externalId: text,
  startedAt: time,
  completedAt: time.nullable(),
})
export type CheckRun = z.infer<typeof CheckRun>

export const Hook = z.object({
  id,
  repositoryId: id,
  url: text,
  secret: text.nullable(),
  events: z.array(text),
  active: z.boolean(),
  createdAt: time,
  updatedAt: time,
})
export type Hook = z.infer<typeof Hook>

export const Delivery = z.object({
  id,
  hookId: id,
  repositoryId: id,
  guid: text,
  event: text,
  action: text.nullable(),
  payload: text,
  redelivery: z.boolean(),
  /** Absent while it has not been tried, so that a restart knows what is still owed. */
  result: z.object({ code: z.int(), status: text, body: text, seconds: z.number() }).nullable(),
  createdAt: time,
})
export type Delivery = z.infer<typeof Delivery>
