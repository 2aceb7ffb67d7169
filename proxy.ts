/**
 * Runs before every page: a nonce for this answer's scripts and styles with the policy that insists on it, the page's
 * path for the sign-in to come back to, and a fresh cookie for a session in use. The API does not pass here.
 */
import { randomBytes } from 'node:crypto'
import { type NextRequest, NextResponse } from 'next/server'
import { type Config, readConfig } from '#server/config.ts'
import { contentSecurityPolicy, strictTransport } from '#server/http/guards/security-headers.ts'
import { readSession, renewedCookie } from '#server/http/guards/session.ts'

let known: Config | undefined

export async function proxy(request: NextRequest): Promise<NextResponse> {
  known ??= readConfig()
  const nonce = randomBytes(16).toString('base64')
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV === 'development')
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('x-path', `${request.nextUrl.pathname}${request.nextUrl.search}`)
  headers.set('content-security-policy', policy) // Next.js takes the nonce for its own scripts from here

  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  if (known.secureCookies) response.headers.set('strict-transport-security', strictTransport)
  const session = await readSession(request.headers.get('cookie'), known)
  const cookie = session && (await renewedCookie(session, known))
  if (cookie) response.headers.append('set-cookie', cookie)
  return response
}

export const config = {
  matcher: ['/((?!api/|_next/static|_next/image|icon.svg|favicon.ico).*)'],
}
