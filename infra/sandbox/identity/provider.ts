import Provider, { type Adapter, type Configuration, type KoaContextWithOIDC } from 'oidc-provider'
import { Html, html } from '#sandbox/process/html.ts'
import { type Faults, groupClaims, spoilIdToken } from './faults.ts'
import type { KeyFile } from './keys.ts'
import type { UserStore } from './people/user-store.ts'
import { contentSecurityPolicy, messagePage } from './sign-in/pages.ts'

export type ProviderOptions = {
  issuer: string
  clientId: string
  clientSecret: string
  redirectUris: string[]
  postLogoutRedirectUris: string[]
  users: UserStore
  keys: KeyFile
  faults: () => Faults
  formTargets: readonly string[]
  memory: (model: string) => Adapter
}

/** A certified OpenID provider with one client, one login page and no consent screen. */
export function createProvider(options: ProviderOptions): Provider {
  const provider = new Provider(options.issuer, configurationOf(options))
  provider.use(async (context, next) => {
    await next()
    const fault = options.faults().idToken
    const body: unknown = context.body
    if (!fault || !isTokenAnswer(body)) return
    context.body = { ...body, id_token: await spoilIdToken(body.id_token, fault, options.keys) }
  })
  return provider
}

const isTokenAnswer = (body: unknown): body is { id_token: string } =>
  typeof body === 'object' && body !== null && 'id_token' in body && typeof body.id_token === 'string'

const configurationOf = (options: ProviderOptions): Configuration => ({
  adapter: options.memory,
  clients: [
    {
      client_id: options.clientId,
      client_secret: options.clientSecret,
      redirect_uris: options.redirectUris,
      post_logout_redirect_uris: options.postLogoutRedirectUris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'RS256',
    },
  ],
  jwks: { keys: options.keys.signing },
  cookies: {
    keys: [options.keys.cookieSecret],
    // Cookies ignore ports, so the names must not meet those of other local servers.
    names: { session: 'identity_session', interaction: 'identity_interaction', resume: 'identity_resume' },
  },
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username'],
    email: ['email', 'email_verified'],
    groups: ['groups', '_claim_names', '_claim_sources'],
  },
  scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
  // Claims travel in the ID token, as with most companies' providers.
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
  ttl: {
    AccessToken: 3600,
    IdToken: 3600,
    AuthorizationCode: 60,
    Interaction: 3600,
    Session: 12 * 3600,
    Grant: 12 * 3600,
    RefreshToken: 12 * 3600,
  },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_context, subject) => {
    const user = options.users.bySubject(subject)
    if (!user) return undefined
    return {
      accountId: subject,
      claims: () => ({
        sub: subject,
        name: user.name,
        preferred_username: user.username,
        email: user.email,
        email_verified: true,
        ...groupClaims(user.groups, options.faults().groups),
      }),
    }
  },
  loadExistingGrant: grantWhatIsAsked,
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context, form) => signOut(context, form, options.formTargets),
      postLogoutSuccessSource: (context) => {
        show(context, messagePage('Signed out', 'You are signed out. This window can be closed.'), options.formTargets)
      },
    },
  },
  renderError: (context, out) => {
    const reason = [out.error, out.error_description].filter(Boolean).join(': ')
    const text = `The request to sign in was not accepted. Go back to the application and start again. (${reason})`
    show(context, messagePage('Sign-in did not work', text), options.formTargets)
  },
})

const show = (context: KoaContextWithOIDC, markup: string, formTargets: readonly string[]) => {
  context.type = 'html'
  context.set('content-security-policy', contentSecurityPolicy(formTargets))
  context.body = markup
}

/** The only client belongs to the same company, so nobody is asked whether it may know their name. */
async function grantWhatIsAsked(context: KoaContextWithOIDC) {
  const { client, session, provider, requestParamScopes } = context.oidc
  if (!client || !session?.accountId) return undefined
  const known = session.grantIdFor(client.clientId)
  const existing = known ? await provider.Grant.find(known) : undefined
  const grant = existing ?? new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope([...requestParamScopes].join(' '))
  await grant.save()
  return grant
}

/** With the portal's own ID token at hand the person has already said "sign out"; asking again would be needless. */
async function signOut(context: KoaContextWithOIDC, form: string, formTargets: readonly string[]): Promise<void> {
  const { session, provider, entities } = context.oidc
  if (!('IdTokenHint' in entities) || !session) {
    const button = html`<button type="submit" name="logout" value="yes" class="primary" form="op.logoutForm">Sign out</button>`
    const extra = html`${new Html(form)}${button}`
    return show(
      context,
      messagePage('Sign out', 'This signs you out of every application that uses this identity.', extra),
      formTargets,
    )
  }
  const { postLogoutRedirectUri, state } = session.state ?? {}
  for (const { grantId } of Object.values(session.authorizations ?? {})) {
    if (!grantId) continue
    await provider.RefreshToken.revokeByGrantId(grantId)
    await provider.AccessToken.revokeByGrantId(grantId)
  }
  await session.destroy()
  context.cookies.set(provider.cookieName('session'), null)
  context.status = 303
  context.redirect(logoutTarget(context, postLogoutRedirectUri, state))
}

const logoutTarget = (context: KoaContextWithOIDC, redirect: unknown, state: unknown): string => {
  if (typeof redirect !== 'string') return context.oidc.urlFor('end_session_success')
  const target = new URL(redirect)
  if (typeof state === 'string') target.searchParams.set('state', state)
  return target.href
}
