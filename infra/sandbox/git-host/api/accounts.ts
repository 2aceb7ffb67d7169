import { accountView, profileView } from '../views/account.ts'
import { notFound, Problem } from './problems.ts'
import { ok, paged, route, signedIn } from './routes.ts'

export const accountRoutes = [
  route('GET', '/meta', () => ok({ verifiable_password_authentication: true, installed_version: '3.19.0' })),
  route('GET', '/user', (call) => {
    const { host, actor } = signedIn(call)
    if (actor.type === 'Bot') throw new Problem(403, 'Resource not accessible by integration')
    return ok(profileView(host, actor))
  }),
  route('GET', '/users', (call) =>
    paged(
      call,
      call.host.store.accounts.filter(() => true),
      (account) => accountView(call.host, account),
    ),
  ),
  route('GET', '/users/:login', ({ host, params: { login = '' } }) => {
    const account = host.findAccount(login)
    if (!account) throw notFound()
    return ok(profileView(host, account))
  }),
]
