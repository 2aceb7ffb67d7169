import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startIdentity } from './identity.ts'
import { clientOptions, createBrowser, follow, openSignIn, signIn, submitLogin } from './testing.ts'

let state: string
let identity: { url: string; close: () => Promise<void> }

const start = () => startIdentity({ ...clientOptions, state })
const admin = async (method: string, path: string, body: unknown) =>
  fetch(`${identity.url}/sandbox/${path}`, {
    method,
    headers: { authorization: `Bearer ${clientOptions.clientSecret}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'identity-'))
  identity = await start()
})
afterEach(async () => {
  await identity.close()
  await rm(state, { recursive: true })
})

describe('signing in', () => {
  it('answers with an ID token that says who, with which e-mail and in which groups', async () => {
    const { claims, tokens } = await signIn(identity.url, 'ml-member')
    expect(claims).toMatchObject({
      iss: identity.url,
      aud: 'modelyard',
      sub: 'demo-ml-member',
      name: 'Member of ml',
      preferred_username: 'ml-member',
      email: 'ml-member@modelyard.example',
      groups: ['team-ml-members'],
    })
    expect(tokens.refresh_token).toBeDefined()
  })

  it('offers everybody of the demo by role, without script', async () => {
    const { page } = await openSignIn(identity.url, createBrowser())
    const text = await page.text()
    for (const name of ['Platform admin', 'Platform reviewer', 'Maintainer of ml', 'Visitor without a team']) {
      expect(text.replaceAll(/<[^>]+>/g, '')).toContain(`Sign in as ${name}`)
    }
    expect(text).not.toContain('<script')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' http://127.0.0.1:4999")
  })

  it('explains a wrong password, keeps the name and escapes it, then slows guessing down', async () => {
    const browser = createBrowser()
    const { url } = await openSignIn(identity.url, browser)
    const wrong = await submitLogin(browser, url, '"><b>', 'nope')
    expect(wrong.response.status).toBe(401)
    const text = await wrong.response.text()
    expect(text).toContain('The name or the password is wrong')
    expect(text).toContain('&quot;&gt;&lt;b&gt;')
    const statuses: number[] = []
    for (let attempt = 0; attempt < 9; attempt += 1) {
      statuses.push((await submitLogin(browser, url, 'visitor', 'nope')).response.status)
    }
    expect(statuses.at(-1)).toBe(429)
    expect((await submitLogin(browser, url, 'visitor', 'modelyard')).response.status).toBe(429)
  })

  it('refuses a redirect address that is not registered and a request without PKCE', async () => {
    const query = { client_id: 'modelyard', response_type: 'code', scope: 'openid' }
    const foreign = new URLSearchParams({ ...query, redirect_uri: 'https://elsewhere.example/' })
    expect((await fetch(`${identity.url}/auth?${foreign}`, { redirect: 'manual' })).status).toBe(400)
    const plain = new URLSearchParams({ ...query, redirect_uri: clientOptions.redirectUris[0] ?? '' })
    const answer = await fetch(`${identity.url}/auth?${plain}`, { redirect: 'manual' })
    expect(answer.headers.get('location')).toContain('error=invalid_request')
  })

  it('says so when the login page is no longer valid', async () => {
    const response = await fetch(`${identity.url}/interaction/long-gone`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('sign in again')
  })
})

describe('after signing in', () => {
  it('serves userinfo and refreshes tokens', async () => {
    const { config, tokens } = await signIn(identity.url, 'data-member')
    const info = await client.fetchUserInfo(config, tokens.access_token, 'demo-data-member')
    expect(info.groups).toEqual(['team-data-members'])
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(refreshed.claims()?.sub).toBe('demo-data-member')
  })

  it('signs out without another question and ends the refresh token', async () => {
    const { config, browser, tokens } = await signIn(identity.url, 'admin')
    expect((await openSignIn(identity.url, browser)).url).toContain('/callback?code=')
    const logout = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'http://127.0.0.1:4999/bye',
      state: 'kept',
    })
    expect((await follow(browser, logout.href)).url).toBe('http://127.0.0.1:4999/bye?state=kept')
    expect((await openSignIn(identity.url, browser)).url).toContain('/interaction/')
    await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toThrow()
  })

  it('asks before signing out somebody who only followed a link', async () => {
    const { browser } = await signIn(identity.url, 'admin')
    const { response } = await follow(browser, `${identity.url}/session/end`)
    expect(await response.text()).toContain('name="logout" value="yes"')
    expect((await openSignIn(identity.url, browser)).url).toContain('/callback?code=')
  })
})

describe('keys', () => {
  it('survive a restart', async () => {
    const { tokens } = await signIn(identity.url, 'admin')
    await identity.close()
    identity = await start()
    const keys = createRemoteJWKSet(new URL(`${identity.url}/jwks`))
    expect((await jwtVerify(tokens.id_token ?? '', keys)).payload.sub).toBe('demo-admin')
  })

  it('rotate: the old one stays published until it is dropped, sessions stay', async () => {
    const first = await signIn(identity.url, 'admin')
    const published = async () => {
      const keySet: JSONWebKeySet = await (await fetch(`${identity.url}/jwks`)).json()
      return createLocalJWKSet(keySet)
    }
    await admin('POST', 'rotate-keys', {})
    await jwtVerify(first.tokens.id_token ?? '', await published())
    const again = await openSignIn(identity.url, first.browser)
    const second = await again.finish(again.url)
    await jwtVerify(second.id_token ?? '', await published())
    await admin('POST', 'rotate-keys', { dropOld: true })
    await expect(jwtVerify(second.id_token ?? '', await published())).rejects.toThrow('no applicable key')
  })
})

describe('what tests may change', () => {
  it('adds a person who can sign in, also after a restart, and changes an e-mail', async () => {
    const created = await admin('POST', 'users', {
      username: 'somebody-17',
      name: 'Somebody',
      email: 'somebody-17@modelyard.example',
    })
    expect(created.status).toBe(201)
    await admin('PATCH', 'users/ml-viewer', { email: 'renamed@modelyard.example' })
    await identity.close()
    identity = await start()
    expect((await signIn(identity.url, 'somebody-17')).claims?.sub).toBe('user-somebody-17')
    expect((await signIn(identity.url, 'ml-viewer')).claims).toMatchObject({
      sub: 'demo-ml-viewer',
      email: 'renamed@modelyard.example',
    })
  })

  it('refuses a user without the fields it needs, a name that is taken and a caller without the token', async () => {
    expect((await admin('POST', 'users', { username: 'X Y' })).status).toBe(422)
    const admins = { username: 'admin', name: 'Admin', email: 'a@modelyard.example' }
    expect((await admin('POST', 'users', admins)).status).toBe(409)
    expect((await fetch(`${identity.url}/sandbox/faults`)).status).toBe(401)
  })

  it.each(['wrong-issuer', 'wrong-audience', 'wrong-nonce', 'alg-none', 'expired'])(
    'sends an ID token a client must refuse: %s',
    async (idToken) => {
      await admin('PUT', 'faults', { idToken })
      await expect(signIn(identity.url, 'admin')).rejects.toThrow()
      await admin('PUT', 'faults', {})
      expect((await signIn(identity.url, 'admin')).claims?.sub).toBe('demo-admin')
    },
  )

  it.each(['bad-signature', 'unknown-key'])(
    'sends an ID token whose signature does not verify: %s',
    async (idToken) => {
      await admin('PUT', 'faults', { idToken })
      const { tokens } = await signIn(identity.url, 'admin')
      const keys = createRemoteJWKSet(new URL(`${identity.url}/jwks`))
      await expect(jwtVerify(tokens.id_token ?? '', keys)).rejects.toThrow()
    },
  )

  it('sends 2,000 groups, or none with a pointer to where they are', async () => {
    await admin('PUT', 'faults', { groups: 'huge' })
    const huge = (await signIn(identity.url, 'admin')).claims?.groups
    expect(huge).toHaveLength(2000)
    expect(huge).toContain('platform-admins')
    await admin('PUT', 'faults', { groups: 'absent' })
    const { claims } = await signIn(identity.url, 'admin')
    expect(claims?.groups).toBeUndefined()
    expect(claims?._claim_names).toEqual({ groups: 'overage' })
  })

  it('goes down and comes back', async () => {
    await admin('PUT', 'faults', { status: 503, delayMilliseconds: 20 })
    expect((await fetch(`${identity.url}/.well-known/openid-configuration`)).status).toBe(503)
    await admin('PUT', 'faults', {})
    expect((await fetch(`${identity.url}/.well-known/openid-configuration`)).status).toBe(200)
  })
})
