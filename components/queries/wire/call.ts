/** The one way a page talks to the API: typed by the contract of the endpoint, failing with a ProblemError. */
import type { z } from 'zod'
import type { Contract } from '#server/contracts/contract.ts'
import { Problem } from '#server/contracts/problem.ts'
import { addressOf } from './address.ts'
import { ProblemError, unreachable } from './problem-error.ts'

export type CallOptions = {
  /** Makes a creation safe to repeat. */
  idempotencyKey?: string
  /** The version that was read, for a change that must not overwrite somebody else's. */
  ifMatch?: string
  signal?: AbortSignal
}

export async function call<Input extends z.ZodType, Output extends z.ZodType>(
  contract: Contract<Input, Output>,
  input: z.input<Input>,
  { idempotencyKey, ifMatch, signal }: CallOptions = {},
): Promise<z.output<Output>> {
  const { url, body } = addressOf(contract, input)
  const response = await fetch(url, {
    method: contract.method,
    headers: {
      accept: 'application/json',
      ...(body && { 'content-type': 'application/json' }),
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
      ...(ifMatch && { 'if-match': ifMatch }),
    },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause
    throw new ProblemError(unreachable())
  })
  return readAnswer(contract, response.status, await response.text())
}

export function readAnswer<Output extends z.ZodType>(
  contract: Contract<z.ZodType, Output>,
  status: number,
  text: string,
): z.output<Output> {
  if (status >= 200 && status < 300) return contract.output.parse(status === 204 ? undefined : JSON.parse(text))
  const problem = Problem.safeParse(parseJson(text))
  throw new ProblemError(problem.success ? problem.data : unreadable(status))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // something between us and the portal answered; the status is all there is to tell
  }
}

const unreadable = (status: number): Problem => ({
  type: 'about:blank',
  title: 'Unexpected answer',
  status,
  code: 'unexpected',
  detail: `The portal answered with status ${status} and no explanation.`,
  remedy: 'Try again in a moment. If it stays, tell the platform team.',
  requestId: '',
})
