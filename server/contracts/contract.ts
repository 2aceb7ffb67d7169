/**
 * A contract is the only place where an endpoint is described. The route, the typed client, OpenAPI, the
 * permission walk and the docs are all made from it.
 *
 * `input` is one flat object: names that stand in the path are taken from there; the rest is the query of a GET or
 * DELETE and the JSON body of everything else.
 */
import type { z } from 'zod'
import './wording.ts'
import type { ErrorCode } from './problem.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type Contract<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> = {
  method: Method
  /** With `{name}` for each part that is taken from the input. */
  path: string
  /** One line for a reader of the API docs. */
  summary: string
  /** The row of the permission table that is asked. */
  action: string
  input: Input
  output: Output
  /** What it may answer beside the errors every endpoint has (invalid_input, unauthenticated, forbidden, not_found, …). */
  errors?: readonly ErrorCode[]
  /** The status of a success; 200 unless told. */
  status?: 200 | 201 | 202 | 204
  /** Raw request body of this media type instead of JSON; the input is then path and query alone. */
  upload?: 'application/octet-stream'
  /** An optimistic lock: the answer carries an ETag, and changes must bring it back as If-Match. */
  versioned?: boolean
  /** The largest JSON body it takes; 1 MiB unless told. */
  maxBodyBytes?: number
  /** Answers a stream of one of these media types instead of JSON. */
  produces?: readonly string[]
  /** The answer has something that is shown once: it is neither cached nor kept for a repeated Idempotency-Key. */
  secret?: boolean
}

export function contract<Input extends z.ZodType, Output extends z.ZodType>(
  definition: Contract<Input, Output>,
): Contract<Input, Output> {
  return definition
}

export type InputOf<C extends Contract> = z.input<C['input']>
export type ParsedInputOf<C extends Contract> = z.output<C['input']>
export type OutputOf<C extends Contract> = z.output<C['output']>
