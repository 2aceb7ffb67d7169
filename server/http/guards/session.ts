/**
 * The session cookie: encrypted, short-lived, and worth only as much as the person's session version in the database
 * says. Reading and renewing it happens here; signing in and out is next-auth's (server/http/oidc).
 */
import { decode, encode } from 'next-auth/jwt'
import { z } from 'zod'
import type { Config } from '../../config.ts'
import { UserId } from '../../contracts/names.ts'

type SessionConfig = Pick<Config, 'SESSION_SECRET' | 'SESSION_MINUTES' | 'SESSION_HOURS_AT_MOST' | 'secureCookies'>

/** What the cookie holds beside its dates. */
export const SessionClaims = z.object({
  userId: UserId,
  sessionVersion: z.number().int(),
  /** Seconds since 1970. */
  signedInAt: z.number().int(),
  iat: z.number().int(),
  /** Tells the identity provider whom to sign out; left out where it would not fit. */
  idToken: z.string().optional(),
})
export type SessionClaims = z.infer<typeof SessionClaims>

/** Browsers cut a cookie at 4 KiB; with more than this the encrypted cookie would be split. */
export const largestIdToken = 2000

const renewedAfterSeconds = 5 * 60

export const cookieName = ({ secureCookies }: Pick<Config, 'secureCookies'>) =>
  `${secureCookies ? '__Host-' : ''}modelyard.session`

export const cookieOptions = ({ secureCookies }: Pick<Config, 'secureCookies'>) => ({
  httpOnly: true,
  sameSite: 'lax' as const,
  path: '/',
  secure: secureCookies,
})

export async function readSession(
  cookieHeader: string | null,
  config: SessionConfig,
): Promise<SessionClaims | undefined> {
  const token = cookieValue(cookieHeader, cookieName(config))
  if (!token) return undefined
  const claims = await decode({ token, secret: config.SESSION_SECRET }).catch(() => null) // not ours, or too old
  const parsed = SessionClaims.safeParse(claims)
  if (!parsed.success) return undefined
  const age = Date.now() / 1000 - parsed.data.signedInAt
  return age < config.SESSION_HOURS_AT_MOST * 3600 ? parsed.data : undefined
}

/** A fresh cookie for a session in use, when the one it came with has aged a little. */
export async function renewedCookie(claims: SessionClaims, config: SessionConfig): Promise<string | undefined> {
  if (Date.now() / 1000 - claims.iat < renewedAfterSeconds) return undefined
  return sessionCookie(claims, config)
}

export async function sessionCookie(
  { userId, sessionVersion, signedInAt, idToken }: Omit<SessionClaims, 'iat'>,
  config: SessionConfig,
): Promise<string> {
  const maxAge = config.SESSION_MINUTES * 60
  const token = await encode({
    token: { userId, sessionVersion, signedInAt, ...(idToken ? { idToken } : {}) },
    secret: config.SESSION_SECRET,
    maxAge,
  })
  const secure = config.secureCookies ? '; Secure' : ''
  return `${cookieName(config)}=${token}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`
}

function cookieValue(header: string | null, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [key, ...value] = part.split('=')
    if (key?.trim() === name) return value.join('=').trim()
  }
  return undefined
}
