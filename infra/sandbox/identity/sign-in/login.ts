import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import { readBody } from '#sandbox/process/http-body.ts'
import type { UserStore } from '../people/user-store.ts'
import type { Attempts } from './attempts.ts'
import { loginPage, messagePage, sendPage } from './pages.ts'

type Parts = { users: UserStore; attempts: Attempts; formTargets: readonly string[] }

/** The page a person sees between the portal's redirect and the answer to it. */
export async function handleLogin(
  provider: Provider,
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const { users, attempts, formTargets } = parts
  const action = new URL(request.url ?? '/', 'http://localhost').pathname
  const show = (status: number, username: string, problem?: string) =>
    sendPage(response, status, loginPage({ action, users: users.offered(), username, problem }), formTargets)

  try {
    const { params } = await provider.interactionDetails(request, response)
    if (request.method !== 'POST') return show(200, typeof params.login_hint === 'string' ? params.login_hint : '')

    const form = new URLSearchParams((await readBody(request, 16_384)).toString('utf8'))
    const username = (form.get('username') ?? '').trim().toLowerCase().slice(0, 200)
    const wait = attempts.waitSeconds(username)
    if (wait > 0) {
      response.setHeader('retry-after', wait)
      return show(429, username, `Too many wrong passwords for this name. Try again in ${wait} seconds.`)
    }
    const user = users.authenticate(username, form.get('password') ?? '')
    if (!user) {
      attempts.failed(username)
      return show(401, username, 'The name or the password is wrong. Check both and sign in again.')
    }
    attempts.succeeded(username)
    await provider.interactionFinished(request, response, { login: { accountId: user.subject, remember: true } })
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error
    const text =
      'This sign-in is no longer open: it took too long, or it was finished in another tab. Go back to the application and sign in again.'
    sendPage(response, 400, messagePage('Start the sign-in again', text), formTargets)
  }
}
