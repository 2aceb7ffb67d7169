import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { browserAtGitHost } from '../../testing/git-host/git-host-browser.ts'
import { type SandboxPart, startSandboxPart } from '../../testing/sandbox.ts'
import { createGitHubSignIn } from './sign-in.ts'

const returnTo = 'http://portal.example/settings/git-account'
const verifier = 'a-verifier-of-at-least-forty-three-characters-length'

describe('showing one’s account at GitHub, by the sandbox host', () => {
  let sandbox: SandboxPart
  beforeAll(async () => {
    sandbox = await startSandboxPart('git-host', {
      port: '0',
      'admin-token': 'token-of-the-portal',
      'oauth-client-id': 'modelyard',
      'oauth-client-secret': 'known-to-both',
      'oauth-redirect-uri': returnTo,
      'demo-people': '',
    })
  })
  afterAll(() => sandbox.stop())

  const signIn = (more: { clientSecret?: string; webUrl?: string } = {}) =>
    createGitHubSignIn({
      webUrl: sandbox.ready.url,
      apiUrl: String(sandbox.ready.apiUrl),
      clientId: 'modelyard',
      clientSecret: 'known-to-both',
      ...more,
    })

  async function codeFor(login: string): Promise<string> {
    const back = await browserAtGitHost(login).agree(signIn().address({ returnTo, state: 'a-state', verifier }))
    expect(back.searchParams.get('state')).toBe('a-state')
    return back.searchParams.get('code') ?? ''
  }

  it('tells whose code it is, by number and login', async () => {
    const account = await signIn().accountOf(await codeFor('reviewer'), { returnTo, verifier })
    expect(account).toEqual({ id: expect.any(Number), login: 'reviewer' })
  })

  it('takes a code once', async () => {
    const code = await codeFor('reviewer')
    expect(await signIn().accountOf(code, { returnTo, verifier })).toBeDefined()
    expect(await signIn().accountOf(code, { returnTo, verifier })).toBeUndefined()
  })

  it('takes no code with the verifier of another attempt', async () => {
    const other = verifier.toUpperCase()
    expect(await signIn().accountOf(await codeFor('reviewer'), { returnTo, verifier: other })).toBeUndefined()
  })

  it('comes back without a code when somebody does not agree', async () => {
    const address = signIn().address({ returnTo, state: 'a-state', verifier })
    const back = await browserAtGitHost('reviewer').agree(address, 'no')
    expect([back.searchParams.get('error'), back.searchParams.get('code')]).toEqual(['access_denied', null])
  })

  it('keeps no token: what it was handed is worthless afterwards', async () => {
    const code = await codeFor('ml-member')
    const tokens: string[] = []
    const { fetch: real } = globalThis
    globalThis.fetch = async (input, init) => {
      const response = await real(input, init)
      const grant = z.object({ access_token: z.string() }).safeParse(
        await response
          .clone()
          .json()
          .catch(() => null),
      )
      if (grant.success) tokens.push(grant.data.access_token)
      return response
    }
    try {
      await signIn().accountOf(code, { returnTo, verifier })
    } finally {
      globalThis.fetch = real
    }
    expect(tokens).toHaveLength(1)
    const again = await fetch(`${sandbox.ready.apiUrl}/user`, { headers: { authorization: `Bearer ${tokens[0]}` } })
    expect(again.status).toBe(401)
  })

  it('says what to mend when the portal’s own secret is wrong, and when the host is away', async () => {
    const code = await codeFor('reviewer')
    const wrong = signIn({ clientSecret: 'another' }).accountOf(code, { returnTo, verifier })
    await expect(wrong).rejects.toMatchObject({
      code: 'integration_unavailable',
      explanation: { remedy: expect.stringContaining('GIT_OAUTH_CLIENT_SECRET') },
    })
    const away = signIn({ webUrl: 'http://127.0.0.1:9' }).accountOf(code, { returnTo, verifier })
    await expect(away).rejects.toMatchObject({ code: 'integration_unavailable' })
  })
})
