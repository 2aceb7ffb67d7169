/**
 * One attempt to link, in what travels through the browser and comes back: for whom, and until when. It is signed, so
 * nothing has to be kept; it is bound to the person, so nobody can make somebody else finish it.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

const Attempt = z.object({ user: z.string(), until: z.number(), once: z.string() })
const lasts = 10 * 60_000

const sealOf = (secret: string, purpose: string, text: string) =>
  createHmac('sha256', secret).update(`git-account ${purpose}: ${text}`).digest('base64url')

export function beginAttempt(secret: string, user: string, now: Date): { state: string; verifier: string } {
  const attempt: z.infer<typeof Attempt> = {
    user,
    until: now.getTime() + lasts,
    once: randomBytes(16).toString('base64url'),
  }
  const text = Buffer.from(JSON.stringify(attempt)).toString('base64url')
  const state = `${text}.${sealOf(secret, 'state', text)}`
  return { state, verifier: verifierOf(secret, state) }
}

/** The attempt's own secret for the host (PKCE): it never passes through the browser. */
export const verifierOf = (secret: string, state: string) => sealOf(secret, 'verifier', state)

export function readAttempt(secret: string, state: string, now: Date): { user: string } | 'forged' | 'too late' {
  const [text = '', seal = ''] = state.split('.')
  const [given, right] = [Buffer.from(seal), Buffer.from(sealOf(secret, 'state', text))]
  if (given.length !== right.length || !timingSafeEqual(given, right)) return 'forged'
  const { user, until } = Attempt.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  return until > now.getTime() ? { user } : 'too late'
}
