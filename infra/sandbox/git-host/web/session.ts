import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Host } from '../host.ts'
import type { Account } from '../store/records.ts'

// Cookies ignore ports, so the name must not meet those of other local servers.
const cookieName = 'git_host_session'
const lifetimeSeconds = 12 * 3600

const sign = (host: Host, purpose: string, text: string) =>
  createHmac('sha256', host.store.secret).update(`${purpose}:${text}`).digest('base64url')

const same = (left: string, right: string) => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Who is signed in to the pages. The cookie carries its own signature, so that a restart signs nobody out. */
export function sessionOf(host: Host, request: IncomingMessage): Account | undefined {
  const cookies = request.headers.cookie?.split(/; */) ?? []
  const value = cookies.find((cookie) => cookie.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1) ?? ''
  const [id = '', ends = '', signature = ''] = value.split('.')
  if (!same(signature, sign(host, 'session', `${id}.${ends}`)) || Number(ends) < Date.now() / 1000) return undefined
  return host.store.accounts.get(Number(id))
}

export function sessionCookie(host: Host, account: Account | undefined): string {
  const attributes = `Path=/; HttpOnly; SameSite=Lax`
  if (!account) return `${cookieName}=; Max-Age=0; ${attributes}`
  const text = `${account.id}.${Math.floor(Date.now() / 1000) + lifetimeSeconds}`
  return `${cookieName}=${text}.${sign(host, 'session', text)}; Max-Age=${lifetimeSeconds}; ${attributes}`
}

/** Proof that a form was rendered by this host for this person. */
export const formProof = (host: Host, account: Account): string => sign(host, 'form', String(account.id))
export const isProof = (host: Host, account: Account, given: string | null): boolean =>
  same(formProof(host, account), given ?? '')
