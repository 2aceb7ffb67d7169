import type { IncomingMessage, ServerResponse } from 'node:http'
import { html } from '#sandbox/process/html.ts'
import { loginForm, messageCard } from '#sandbox/process/page.ts'
import { byPassword } from '../api/credentials.ts'
import type { Host } from '../host.ts'
import type { Account } from '../store/records.ts'
import { pages, proof, redirect } from './layout.ts'
import type { OAuth } from './oauth.ts'
import { isProof, sessionCookie } from './session.ts'

type SignIn = {
  host: Host
  oauth: OAuth
  request: IncomingMessage
  response: ServerResponse
  pathname: string
  query: URLSearchParams
  form: URLSearchParams
  actor: Account | undefined
}

/** Sign-in, sign-out and the authorization of the portal. Tells whether the request was one of these. */
export function handleSignIn(call: SignIn): boolean {
  const { request, response, pathname, host, actor, form } = call
  const route = `${request.method} ${pathname}`
  if (route === 'GET /login') showLogin(call, 200)
  else if (route === 'POST /login') signIn(call)
  else if (route === 'POST /logout') {
    const ours = actor !== undefined && isProof(host, actor, form.get('proof'))
    redirect(response, '/', ours ? { 'set-cookie': sessionCookie(host, undefined) } : {})
  } else if (pathname === '/login/oauth/authorize') authorize(call)
  else if (route === 'POST /login/oauth/access_token') exchange(call)
  else return false
  return true
}

// Only addresses of this host itself: anything else would make it an open redirect.
const returnTo = (wanted: string | null): string => (wanted && /^\/(?![/\\])[^\\\s]*$/.test(wanted) ? wanted : '/')

function showLogin({ host, response, query, form, oauth }: SignIn, status: number, problem?: string) {
  const target = returnTo(query.get('return_to') ?? form.get('return_to'))
  const known = host.store.accounts.filter((account) => account.type === 'User' && account.password === 'modelyard')
  const body = loginForm({
    action: '/login',
    about: 'The sandbox’s Git host',
    people: known.map(({ name, login }) => ({ name, username: login, password: 'modelyard' })),
    username: form.get('username') ?? '',
    problem,
    hidden: html`<input type="hidden" name="return_to" value="${target}">`,
  })
  pages.send(response, status, pages.render('Sign in · Git host', body), oauth.formTargets)
}

function signIn(call: SignIn) {
  const { host, response, form } = call
  const account = byPassword(host, form.get('username') ?? '', form.get('password') ?? '')
  if (!account) return showLogin(call, 401, 'The name or the password is wrong. Check both and sign in again.')
  redirect(response, returnTo(form.get('return_to')), { 'set-cookie': sessionCookie(host, account) })
}

function authorize({ host, oauth, request, response, query, form, actor }: SignIn) {
  const refusal = oauth.refusal(query)
  if (refusal) return pages.send(response, 400, pages.render('Not authorized', messageCard('Not authorized', refusal)))
  const address = `/login/oauth/authorize?${query}`
  if (!actor) return redirect(response, `/login?return_to=${encodeURIComponent(address)}`)
  if (request.method === 'POST' && isProof(host, actor, form.get('proof'))) {
    return redirect(response, form.get('allow') === 'yes' ? oauth.allow(query, actor) : oauth.deny(query))
  }
  const text = `On the sandbox’s Git host you are ${actor.login}. Modelyard will know that, so that your reviews here count there.`
  const buttons = html`<form method="post" action="${address}">${proof(host, actor)}
<button class="primary" name="allow" value="yes">Link ${actor.login} to Modelyard</button>
<div class="actions"><button class="plain" name="allow" value="no">Cancel</button></div></form>
<p><a href="/login?return_to=${encodeURIComponent(address)}">Sign in as somebody else</a></p>`
  pages.send(
    response,
    200,
    pages.render('Link your account', messageCard('Link your account', text, buttons)),
    oauth.formTargets,
  )
}

/** Answers in the form the client asks for; GitHub's default is a query string. */
function exchange({ oauth, request, response, form }: SignIn): void {
  const answer = oauth.exchange(form)
  const wantsJson = request.headers.accept?.includes('json')
  const type = wantsJson ? 'application/json' : 'application/x-www-form-urlencoded'
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' })
  response.end(wantsJson ? JSON.stringify(answer) : new URLSearchParams(answer).toString())
}
