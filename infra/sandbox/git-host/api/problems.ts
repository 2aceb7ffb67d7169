import type { z } from 'zod'

type FieldError = { resource: string; field?: string; code: string; message?: string }

/** An answer that is not what was asked for, in GitHub's own shape. */
export class Problem extends Error {
  readonly status: number
  readonly errors: readonly (FieldError | string)[] | undefined
  readonly headers: Record<string, string>
  constructor(
    status: number,
    message: string,
    errors?: readonly (FieldError | string)[],
    headers: Record<string, string> = {},
  ) {
    super(message)
    this.status = status
    this.errors = errors
    this.headers = headers
  }
}

export const notFound = () => new Problem(404, 'Not Found')
export const invalid = (resource: string, field: string, code = 'invalid', message?: string) =>
  new Problem(422, 'Validation Failed', [{ resource, field, code, ...(message && { message }) }])
export const custom = (resource: string, message: string) =>
  new Problem(422, 'Validation Failed', [{ resource, code: 'custom', message }])

/** Checks a body; what is wrong is reported field by field. */
export function parseBody<T>(resource: string, schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body ?? {})
  if (result.success) return result.data
  const errors = result.error.issues.map((issue) => ({
    resource,
    field: issue.path.join('.'),
    code: issue.code === 'invalid_type' && issue.input === undefined ? 'missing_field' : 'invalid',
    message: issue.message,
  }))
  throw new Problem(422, 'Validation Failed', errors)
}
