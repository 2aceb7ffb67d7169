import { timingSafeEqual } from 'node:crypto'
import type { Host } from '../host.ts'
import type { Account } from '../store/records.ts'
import { hashToken } from '../store/store.ts'
import type { App } from './app.ts'
import { Problem } from './problems.ts'

export type Caller = { actor: Account | undefined; isApp: boolean }

/** Who is calling, by token, installation token, App JWT or basic authentication. Wrong is refused, absent is not. */
export async function identify(host: Host, app: App, header: string | undefined): Promise<Caller> {
  if (!header) return { actor: undefined, isApp: false }
  const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(header) ?? []
  if (/^(token|bearer)$/i.test(scheme)) {
    if (/^ey[\w-]+\.[\w-]+\.[\w-]*$/.test(value)) {
      if (await app.isSignedByApp(value)) return { actor: undefined, isApp: true }
      throw new Problem(401, 'A JSON web token could not be decoded')
    }
    return { actor: known(byToken(host, app, value)), isApp: false }
  }
  if (/^basic$/i.test(scheme)) {
    const [, name = '', password = ''] = /^([^:]*):(.*)$/s.exec(decoded(value)) ?? []
    const token = password === '' || password === 'x-oauth-basic' ? name : password
    return { actor: known(byToken(host, app, token) ?? byPassword(host, name, password)), isApp: false }
  }
  throw new Problem(401, 'Bad credentials')
}

/** Basic authentication as it was sent, for what is not a person's. */
export const basicOf = (header: string | undefined): string | undefined =>
  header?.startsWith('Basic ') ? decoded(header.slice('Basic '.length)) : undefined

const decoded = (value: string) => Buffer.from(value, 'base64').toString('utf8')

const known = (account: Account | undefined): Account => {
  if (!account) throw new Problem(401, 'Bad credentials')
  return account
}

function byToken(host: Host, app: App, token: string): Account | undefined {
  if (token.startsWith('ghs_')) return app.botFor(token)
  const hash = hashToken(token)
  return host.store.accounts.find((account) => account.tokenHashes.includes(hash))
}

export function byPassword(host: Host, login: string, password: string): Account | undefined {
  const account = host.findAccount(login)
  if (account?.password === undefined) return undefined
  const [expected, given] = [Buffer.from(account.password), Buffer.from(password)]
  return expected.length === given.length && timingSafeEqual(expected, given) ? account : undefined
}
