import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { ensureAccount, type Host } from '../host.ts'
import { type Account, Permission } from '../store/records.ts'
import { hashToken } from '../store/store.ts'
import { accountView } from '../views/account.ts'
import { type FaultBox, Faults } from './faults.ts'
import { Problem, parseBody } from './problems.ts'
import { type Call, created, may, noContent, ok, route, signedIn } from './routes.ts'

const NewUser = z.object({
  login: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/, 'letters, digits and dashes, at most 39'),
  name: z.string().min(1).max(200).optional(),
  email: z.email().optional(),
  permission: Permission.optional(),
  password: z.string().min(1).max(200).optional(),
  /** A token the caller wants to use; one is made when it is absent. */
  token: z.string().min(8).max(255).optional(),
})

export const newToken = (prefix: string): string => `${prefix}_${randomBytes(24).toString('hex')}`

export const grantToken = (host: Host, account: Account, token: string): Account =>
  host.store.accounts.put({
    ...account,
    tokenHashes: [...new Set([...account.tokenHashes, hashToken(token)])].slice(-50),
  })

const adminOnly = (call: Call) => {
  if (!may(signedIn(call).actor, 'admin')) throw new Problem(403, 'Only the admin token may do this.')
}

/** What GitHub has no API for and tests need: people with tokens, and faults. */
export const sandboxRoutes = (faults: FaultBox) => [
  route('POST', '/sandbox/users', (call) => {
    adminOnly(call)
    const { token = newToken('ghp'), password, permission, ...wish } = parseBody('User', NewUser, call.body)
    const account = ensureAccount(call.host, { ...wish, permission })
    const changed = { ...account, ...wish, ...(permission && { permission }), ...(password && { password }) }
    const granted = grantToken(call.host, changed, token)
    return created({ ...accountView(call.host, granted), token })
  }),
  route('DELETE', '/sandbox/users/:login/tokens', (call) => {
    adminOnly(call)
    const account = call.host.findAccount(call.params.login ?? '')
    if (!account) throw new Problem(404, 'Not Found')
    call.host.store.accounts.put({ ...account, tokenHashes: [] })
    return noContent()
  }),
  route('GET', '/sandbox/faults', (call) => {
    adminOnly(call)
    return ok(faults.list())
  }),
  route('PUT', '/sandbox/faults', (call) => {
    adminOnly(call)
    faults.set(parseBody('Faults', Faults, call.body ?? []))
    return ok(faults.list())
  }),
]
