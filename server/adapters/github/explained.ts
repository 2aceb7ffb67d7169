/** What the host refuses, told apart, and in words that a person can act on. */
import { z } from 'zod'
import { IntegrationError, PortalError } from '../../errors.ts'

/** Octokit's RequestError, by its shape: its class is not the same in every bundle. */
const Refusal = z.object({
  status: z.number(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional(),
})
type Refusal = z.infer<typeof Refusal>

const refusalOf = (error: unknown): Refusal | undefined => Refusal.safeParse(error).data

export const isStatus = (error: unknown, ...statuses: number[]) => statuses.includes(refusalOf(error)?.status ?? 0)

export const messageOf = (error: unknown) =>
  error instanceof Error ? (error.message.split(' - http')[0] ?? '') : String(error)

const unavailable = (detail: string, remedy: string, cause: unknown, retryAfterSeconds?: number) =>
  new IntegrationError('git_host', { detail, remedy, cause, retryAfterSeconds })

/** Turns what Octokit throws into something a person can act on. */
export async function explained<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof PortalError) throw error
    const refusal = refusalOf(error)
    if (refusal) throw inWords(error, refusal)
    throw unavailable(
      'The Git host could not be asked, or its answer could not be read.',
      'Wait a moment; nothing is lost. If it stays, a platform admin finds the reason in the log.',
      error,
    )
  }
}

function inWords(error: unknown, { status, response }: Refusal): unknown {
  const seconds = secondsAsked(response?.headers ?? {})
  if (seconds !== undefined && (status === 403 || status === 429)) {
    const minutes = Math.ceil(seconds / 60)
    return unavailable(
      `The Git host limits how often the portal may ask, for ${minutes === 1 ? 'another minute' : `${minutes} more minutes`}.`,
      'Wait; the portal goes on by itself when the time is over.',
      error,
      seconds,
    )
  }
  if (status === 401) {
    return unavailable(
      'The Git host does not accept the portal’s credentials.',
      'A platform admin renews the token or the app’s key.',
      error,
    )
  }
  if (status === 403 || status === 429) {
    return unavailable(
      `The Git host refuses for now: ${messageOf(error)}`,
      'It may be a rate limit: wait a few minutes. If it stays, a platform admin checks the portal’s permissions on the repository.',
      error,
    )
  }
  if (status >= 500) return unavailable('The Git host does not answer.', 'Wait a moment; nothing is lost.', error)
  if (status === 404 || status === 410) {
    return unavailable(
      'The Git host does not know the repository or the pull request.',
      'A platform admin checks that the repository exists and that the portal’s account may see it.',
      error,
    )
  }
  return error
}

function secondsAsked(headers: Record<string, unknown>): number | undefined {
  const asked = Number(headers['retry-after'])
  if (asked > 0) return asked
  if (String(headers['x-ratelimit-remaining']) !== '0') return undefined
  const theirs = Date.parse(String(headers.date)) || Date.now()
  return Math.max(1, Math.ceil(Number(headers['x-ratelimit-reset']) - theirs / 1000))
}
