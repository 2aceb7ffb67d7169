import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startIdentity } from '#sandbox/identity/identity.ts'
import { UserId } from '../../contracts/names.ts'
import type { Identity } from '../../domains/people/people.ts'
import { failure } from '../../errors.ts'
import { createLog } from '../../logging/log.ts'
import { testConfig } from '../../testing/portal.ts'
import { largestIdToken, readSession } from '../guards/session.ts'
import { createSignIn, type SignIn } from './oidc.ts'
import { createBrowser, serveAuth } from './testing.ts'

const userId = UserId.parse('5f0c7a3e-9f0e-4c55-9b43-2f8f4f6f7a10')
const silent = createLog({ level: 'silent' })

describe('signing in by OpenID Connect', () => {
  let state: string
  let identity: Awaited<ReturnType<typeof startIdentity>>
  let portal: Awaited<ReturnType<typeof serveAuth>>
  let config: ReturnType<typeof testConfig>
  let signIn: SignIn
  let admitted: Identity[]
  let shutOut = false

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'modelyard-oidc-'))
    portal = await serveAuth(async (url) => {
      identity = await startIdentity({
        state,
        clientId: 'modelyard',
        clientSecret: 'for-tests',
        redirectUris: [`${url}/api/auth/callback/oidc`],
        postLogoutRedirectUris: [url],
        adminToken: 'tests-only',
      })
      vi.stubEnv('NEXTAUTH_URL', url)
      config = testConfig('postgresql://nobody@127.0.0.1/none', { PORTAL_URL: url, OIDC_ISSUER: identity.url })
      const people = {
        signIn: async (who: Identity) => {
          if (shutOut) throw failure('forbidden', 'Your access is disabled.', 'Ask an admin.')
          admitted.push(who)
          return { userId, sessionVersion: 3 }
        },
      }
      signIn = createSignIn({ config, people, log: silent })
      return signIn.options
    })
    await portal.start()
  }, 60_000)
  afterAll(async () => {
    await portal.close()
    await identity.close()
    await rm(state, { recursive: true, force: true })
  })
  beforeEach(async () => {
    vi.stubEnv('NEXTAUTH_URL', portal.url)
    admitted = []
    shutOut = false
    await tell('faults', {})
  })

  const tell = async (what: string, body: object) => {
    const headers = { authorization: 'Bearer tests-only', 'content-type': 'application/json' }
    const method = what === 'faults' ? 'PUT' : 'POST'
    const response = await fetch(`${identity.url}/sandbox/${what}`, { method, headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`The identity provider answers ${response.status}: ${await response.text()}`)
  }

  it('lets a person in, with a cookie that names them', async () => {
    const browser = createBrowser(portal.url)
    expect((await browser.signIn('ml-member', `${portal.url}/requests`)).pathname).toBe('/requests')
    expect(admitted).toEqual([
      {
        issuer: identity.url,
        subject: 'demo-ml-member',
        name: 'Member of ml',
        email: 'ml-member@modelyard.example',
        groups: ['team-ml-members'],
      },
    ])
    const session = await readSession(browser.cookies(), config)
    expect(session).toMatchObject({ userId, sessionVersion: 3 })
    expect(session?.idToken?.split('.')).toHaveLength(3)
  })

  it.each(['wrong-issuer', 'wrong-audience', 'wrong-nonce', 'alg-none', 'expired', 'bad-signature', 'unknown-key'])(
    'refuses an ID token with a fault: %s',
    async (idToken) => {
      await tell('faults', { idToken })
      const browser = createBrowser(portal.url)
      const url = await browser.signIn('ml-member')
      expect([url.pathname, url.searchParams.get('error')]).toEqual(['/sign-in', 'OAuthCallback'])
      expect(admitted).toEqual([])
      expect(await readSession(browser.cookies(), config)).toBeUndefined()
    },
  )

  it('refuses a callback that another browser began', async () => {
    const [one, two] = [createBrowser(portal.url), createBrowser(portal.url)]
    await one.signIn('ml-member')
    const response = await two.visit(`${portal.url}/api/auth/callback/oidc?code=abc&state=stolen`)
    expect(response.headers.get('location')).toContain('error=OAuthCallback')
    expect(await readSession(two.cookies(), config)).toBeUndefined()
  })

  it('takes 2,000 groups without a larger cookie', async () => {
    await tell('faults', { groups: 'huge' })
    const browser = createBrowser(portal.url)
    await browser.signIn('ml-member')
    expect(admitted[0]?.groups).toHaveLength(2000)
    expect(admitted[0]?.groups).toContain('team-ml-members')
    expect((await readSession(browser.cookies(), config))?.idToken ?? '').toHaveLength(0)
    expect(browser.cookies().length).toBeLessThan(largestIdToken * 2)
  })

  it('gives no roles when the provider withholds the groups', async () => {
    await tell('faults', { groups: 'absent' })
    await createBrowser(portal.url).signIn('admin')
    expect(admitted[0]).toMatchObject({ subject: 'demo-admin', groups: [] })
  })

  it('goes on when the provider changes its keys in the middle of a session', async () => {
    const before = createBrowser(portal.url)
    await before.signIn('ml-member')
    await tell('rotate-keys', {})
    expect(await readSession(before.cookies(), config)).toBeDefined()
    await createBrowser(portal.url).signIn('ml-viewer')
    expect(admitted).toHaveLength(2)
  })

  it('turns away somebody who is disabled, with a reason', async () => {
    shutOut = true
    const browser = createBrowser(portal.url)
    expect((await browser.signIn('ml-member')).searchParams.get('error')).toBe('AccessDenied')
    expect(await readSession(browser.cookies(), config)).toBeUndefined()
  })

  it.each(['https://evil.example/', '//evil.example', 'javascript:alert(1)', '/\\evil.example'])(
    'leads to no foreign page afterwards: %s',
    async (callbackUrl) => {
      expect((await createBrowser(portal.url).signIn('ml-member', callbackUrl)).origin).toBe(portal.url)
    },
  )

  it('says so when the provider does not answer', async () => {
    await tell('faults', { status: 503 })
    const browser = createBrowser(portal.url)
    const start = browser.signIn('ml-member')
    await expect(start.then((url) => url.searchParams.get('error'))).resolves.toBe('OAuthSignin')
  })

  it('leads to the provider’s own sign-out', async () => {
    const browser = createBrowser(portal.url)
    await browser.signIn('ml-member')
    const url = new URL((await signIn.signOutUrl(browser.cookies())) ?? '')
    expect(url.origin).toBe(new URL(identity.url).origin)
    expect(url.searchParams.get('id_token_hint')?.split('.')).toHaveLength(3)
    expect(await signIn.signOutUrl(null)).toBeUndefined()
  })
})
