import { createHash, randomBytes } from 'node:crypto'
import { grantToken, newToken } from '../api/sandbox.ts'
import type { Host } from '../host.ts'
import type { Account } from '../store/records.ts'

export type OAuthClient = { id: string; secret: string; redirectUri: string }
type Grant = { accountId: number; redirectUri: string; challenge: string | undefined; scope: string; endsAt: number }
const lifetimeMilliseconds = 600_000

/** GitHub's web application flow, by which the portal links a person's account. */
export function createOAuth(host: Host, client: OAuthClient | undefined) {
  const grants = new Map<string, Grant>()

  return {
    /** Where a form of the authorization page may send the browser in the end. */
    formTargets: client ? [new URL(client.redirectUri).origin] : [],
    /** Why a request to authorize cannot be shown to anybody; undefined when it can. */
    refusal(query: URLSearchParams): string | undefined {
      if (!client || query.get('client_id') !== client.id)
        return 'No application with this client id is registered here.'
      const wanted = query.get('redirect_uri')
      if (wanted !== null && !isBelow(client.redirectUri, wanted)) {
        return 'The redirect_uri is not associated with this application.'
      }
      return undefined
    },
    /** The address that takes a code to the application. */
    allow(query: URLSearchParams, account: Account): string {
      const redirectUri = query.get('redirect_uri') ?? client?.redirectUri ?? ''
      const code = randomBytes(10).toString('hex')
      const challenge = query.get('code_challenge') ?? undefined
      const scope = query.get('scope') ?? ''
      grants.set(code, {
        accountId: account.id,
        redirectUri,
        challenge,
        scope,
        endsAt: Date.now() + lifetimeMilliseconds,
      })
      return withQuery(redirectUri, { code, state: query.get('state') })
    },
    deny(query: URLSearchParams): string {
      const error_description = 'The user has denied your application access.'
      return withQuery(query.get('redirect_uri') ?? client?.redirectUri ?? '', {
        error: 'access_denied',
        error_description,
        state: query.get('state'),
      })
    },
    /** Exchanges a code for a token; like GitHub it answers 200 with an `error` when it will not. */
    exchange(form: URLSearchParams): Record<string, string> {
      const failure = (error: string, error_description: string) => ({ error, error_description })
      if (!client || form.get('client_id') !== client.id || form.get('client_secret') !== client.secret) {
        return failure('incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.')
      }
      const code = form.get('code') ?? ''
      const grant = grants.get(code)
      grants.delete(code)
      const verifier = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      if (!grant || grant.endsAt < Date.now() || (grant.challenge !== undefined && grant.challenge !== verifier)) {
        return failure('bad_verification_code', 'The code passed is incorrect or expired.')
      }
      const redirect = form.get('redirect_uri')
      if (redirect !== null && redirect !== grant.redirectUri) {
        return failure(
          'redirect_uri_mismatch',
          'The redirect_uri MUST match the registered callback URL for this application.',
        )
      }
      const access_token = newToken('gho')
      grantToken(host, host.account(grant.accountId), access_token)
      return { access_token, token_type: 'bearer', scope: grant.scope }
    },
  }
}
export type OAuth = ReturnType<typeof createOAuth>

/** GitHub allows the registered address and what lies below it. */
const isBelow = (registered: string, wanted: string): boolean => {
  if (!URL.canParse(wanted)) return false
  const [base, target] = [new URL(registered), new URL(wanted)]
  const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`
  return target.origin === base.origin && (target.pathname === base.pathname || target.pathname.startsWith(folder))
}

const withQuery = (address: string, values: Record<string, string | null>): string => {
  const url = new URL(address)
  for (const [name, value] of Object.entries(values)) if (value !== null) url.searchParams.set(name, value)
  return url.href
}
