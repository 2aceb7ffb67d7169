/** Errors as the API tells them: RFC 9457 problem details with a stable code and what to do next. */
import { z } from 'zod'

/** The closed list of codes. A code never changes its meaning; clients may switch on it. */
export const errorCodes = {
  invalid_input: 422,
  malformed_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  name_taken: 409,
  wrong_state: 409,
  head_moved: 409,
  self_approval: 403,
  allowance_exceeded: 422,
  policy_refused: 422,
  stale_version: 412,
  version_required: 428,
  payload_too_large: 413,
  unsupported_media_type: 415,
  model_rejected: 422,
  digest_mismatch: 422,
  idempotency_conflict: 422,
  foreign_origin: 403,
  rate_limited: 429,
  prediction_failed: 422,
  integration_unavailable: 503,
  database_unavailable: 503,
  internal: 500,
} as const

export type ErrorCode = keyof typeof errorCodes

export const FieldError = z.object({
  field: z.string().meta({ description: 'Path of the field, e.g. quota.cpu' }),
  message: z.string(),
})
export type FieldError = z.infer<typeof FieldError>

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string().meta({ description: 'What happened, and why' }),
  remedy: z.string().meta({ description: 'What to do next' }),
  fields: z.array(FieldError).optional(),
  requestId: z.string(),
  retryAfterSeconds: z.number().optional(),
})
export type Problem = z.infer<typeof Problem>
