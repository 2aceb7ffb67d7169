/**
 * Signing in by OpenID Connect, for next-auth: authorization code with PKCE, state and nonce; the ID token is verified
 * against the provider's published keys, which are read anew at each sign-in. Who comes back is known to us by issuer
 * and subject; their session cookie then only names them.
 */
import type { AuthOptions } from 'next-auth'
import type { Config } from '../../config.ts'
import type { GitAccounts } from '../../domains/git-accounts/git-accounts.ts'
import type { People } from '../../domains/people/people.ts'
import { PortalError } from '../../errors.ts'
import type { Log } from '../../logging/log.ts'
import { cookieName, cookieOptions, largestIdToken, readSession } from '../guards/session.ts'
import { type Reading, readClaims } from './claims.ts'
import { createProviderFacts } from './provider.ts'

type Needs = {
  config: Config
  people: Pick<People, 'signIn'>
  gitAccounts?: Pick<GitAccounts, 'adopt'>
  log: Log
}

export type SignIn = ReturnType<typeof createSignIn>

export function createSignIn({ config, people, gitAccounts, log }: Needs) {
  const facts = createProviderFacts(config.OIDC_ISSUER)
  const names = { groupsClaim: config.OIDC_GROUPS_CLAIM, gitLoginClaim: config.OIDC_GIT_LOGIN_CLAIM }

  async function admit(claims: unknown, accessToken: string | undefined) {
    let reading = readClaims(claims, names)
    const { subject } = reading.identity
    if (accessToken && reading.identity.groups.length === 0) {
      const more = await facts.userinfo(accessToken, subject).catch((error: unknown) => {
        log.warn({ err: error }, 'The identity provider’s userinfo could not be read')
        return {}
      })
      if (typeof claims === 'object') reading = readClaims({ ...more, ...claims }, names)
    }
    if (reading.groupsWithheld) {
      log.warn({ subject }, 'The identity provider withholds a person’s groups: they count as having none')
    }
    const session = await people.signIn(reading.identity)
    await adopt(session.userId, reading)
    return session
  }

  /** A convenience: nobody stays outside because the Git host does not answer. */
  async function adopt(userId: string, { identity: { name }, gitLogin }: Reading): Promise<void> {
    if (gitLogin === null) return
    await gitAccounts?.adopt(userId, name, gitLogin).catch((error: unknown) => {
      log.warn({ err: error, userId }, 'The account on the Git host could not be linked for now')
    })
  }

  const options: AuthOptions = {
    secret: config.SESSION_SECRET,
    useSecureCookies: config.secureCookies,
    session: { strategy: 'jwt', maxAge: config.SESSION_MINUTES * 60 },
    pages: { signIn: '/sign-in', error: '/sign-in', signOut: '/sign-in' },
    cookies: { sessionToken: { name: cookieName(config), options: cookieOptions(config) } },
    providers: [
      {
        id: 'oidc',
        name: config.OIDC_NAME,
        type: 'oauth',
        issuer: config.OIDC_ISSUER,
        wellKnown: `${config.OIDC_ISSUER}/.well-known/openid-configuration`,
        clientId: config.OIDC_CLIENT_ID,
        clientSecret: config.OIDC_CLIENT_SECRET,
        authorization: { params: { scope: config.OIDC_SCOPES } },
        idToken: true,
        checks: ['pkce', 'state', 'nonce'],
        httpOptions: { timeout: 10_000 },
        profile: (profile: { sub: string }) => ({ id: profile.sub }),
      },
    ],
    callbacks: {
      /** The one place where somebody comes in; what they get is written to the cookie below. */
      async signIn({ user, account, profile }) {
        if (!account || !profile) return false
        try {
          user.session = await admit(profile, account.access_token)
          return true
        } catch (error) {
          if (error instanceof PortalError && error.code === 'forbidden') return false
          throw error
        }
      },
      async jwt({ token, user, account }) {
        if (!account || !user?.session) return token
        const idToken = account.id_token && account.id_token.length <= largestIdToken ? account.id_token : undefined
        const signedInAt = Math.floor(Date.now() / 1000)
        return { ...user.session, signedInAt, ...(idToken ? { idToken } : {}) }
      },
      /** Told to the browser: only until when. Who it is, `GET /api/v1/me` says. */
      session: ({ session }) => ({ expires: session.expires }),
      /** Only to our own pages. */
      redirect({ url }) {
        const target = new URL(url, config.PORTAL_URL)
        return target.origin === new URL(config.PORTAL_URL).origin ? target.href : config.PORTAL_URL
      },
    },
    logger: {
      error: (code, metadata) => log.warn({ code, err: causeOf(metadata) }, 'Signing in did not work'),
      warn: (code) => log.debug({ code }, 'next-auth warns'),
      debug: () => undefined,
    },
  }

  return {
    options,
    /** The provider's own sign-out page for the session in this request, if there is one. */
    async signOutUrl(cookies: string | null): Promise<string | undefined> {
      const session = await readSession(cookies, config)
      if (!session) return undefined
      return facts
        .signOutUrl({ clientId: config.OIDC_CLIENT_ID, idToken: session.idToken, returnTo: config.PORTAL_URL })
        .catch((error: unknown) => {
          log.warn({ err: error }, 'The session at the identity provider could not be ended')
          return undefined
        })
    },
  }
}

const causeOf = (metadata: unknown): unknown =>
  metadata && typeof metadata === 'object' && 'error' in metadata ? metadata.error : metadata

declare module 'next-auth' {
  interface User {
    session?: Awaited<ReturnType<People['signIn']>>
  }
}
