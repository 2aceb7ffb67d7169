/** next-auth's endpoints. Signing out also ends the session at the identity provider. */

import type { NextRequest } from 'next/server'
import NextAuth from 'next-auth'
import { createLog } from '../logging/log.ts'
import { getServices, type Services } from '../wiring.ts'
import { explained, problemResponse } from './answering/problem.ts'
import { requestIdOf } from './api.ts'
import { createSignIn, type SignIn } from './oidc/oidc.ts'

type Context = { params: Promise<{ nextauth: string[] }> }

let held: { services: Services; signIn: SignIn } | undefined

export async function handleAuth(request: NextRequest, context: Context): Promise<Response> {
  try {
    const services = await getServices()
    if (held?.services !== services) held = { services, signIn: createSignIn(services) }
    const { signIn } = held
    process.env.NEXTAUTH_URL = services.config.PORTAL_URL // next-auth takes its own address from nowhere else
    const [action] = (await context.params).nextauth
    const leaving = request.method === 'POST' && action === 'signout'
    const elsewhere = leaving ? await signIn.signOutUrl(request.headers.get('cookie')) : undefined
    const response: Response = await NextAuth(request, context, signIn.options)
    return elsewhere && response.ok ? await sendTo(response, elsewhere) : response
  } catch (error) {
    const requestId = requestIdOf(request.headers)
    return problemResponse(explained(error, createLog(), requestId), requestId)
  }
}

/** The sign-out was accepted here: the browser goes on to the provider, which sends it back. */
async function sendTo(response: Response, url: string): Promise<Response> {
  const signedOut = response.headers.getSetCookie().some((cookie) => /session=;|session=""?;|Max-Age=0/i.test(cookie))
  if (!signedOut) return response
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  return new Response(JSON.stringify({ url }), { status: response.status, headers })
}
