/** GitHub's web application flow with PKCE. No scope is asked for: the token may read who its owner is, and is revoked. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { IntegrationError } from '../../errors.ts'
import type { GitSignIn } from '../../ports/git-sign-in.ts'

type Settings = {
  webUrl: string
  apiUrl: string
  clientId: string
  clientSecret: string
  callMilliseconds?: number
}

const Exchange = z.union([
  z.object({ access_token: z.string().min(1) }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
])
const User = z.object({ id: z.int().positive(), login: z.string().min(1).max(100) })

export function createGitHubSignIn(settings: Settings): GitSignIn {
  const { webUrl, apiUrl, clientId, clientSecret, callMilliseconds = 10_000 } = settings

  async function ask(url: string, init: RequestInit): Promise<unknown> {
    try {
      const signal = AbortSignal.timeout(callMilliseconds)
      const response = await fetch(url, { ...init, signal, headers: { accept: 'application/json', ...init.headers } })
      if (!response.ok) throw new Error(`${new URL(url).pathname} answers ${response.status}`)
      return response.status === 204 ? undefined : await response.json()
    } catch (error) {
      throw unavailable('The Git host does not answer.', 'Wait a moment, then link again.', error)
    }
  }

  async function forget(token: string): Promise<void> {
    await ask(`${apiUrl}/applications/${clientId}/token`, {
      method: 'DELETE',
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ access_token: token }),
    }).catch(() => undefined) // Nobody has it any more but the host, and it reads nothing that is not public.
  }

  return {
    address({ returnTo, state, verifier }) {
      const url = new URL(`${webUrl}/login/oauth/authorize`)
      const challenge = createHash('sha256').update(verifier).digest('base64url')
      const query = { client_id: clientId, redirect_uri: returnTo, state, code_challenge: challenge }
      url.search = new URLSearchParams({
        ...query,
        code_challenge_method: 'S256',
        allow_signup: 'false',
      }).toString()
      return url.href
    },

    async accountOf(code, { returnTo, verifier }) {
      const answer = Exchange.parse(
        await ask(`${webUrl}/login/oauth/access_token`, {
          method: 'POST',
          body: new URLSearchParams({
            client_id: clientId,
            client_secret: clientSecret,
            code,
            redirect_uri: returnTo,
            code_verifier: verifier,
          }),
        }),
      )
      if ('error' in answer) {
        if (answer.error === 'bad_verification_code') return undefined
        throw unavailable(
          `The Git host refuses the portal: ${answer.error_description ?? answer.error}`,
          'A platform admin compares GIT_OAUTH_CLIENT_ID, GIT_OAUTH_CLIENT_SECRET and the callback address with the OAuth app there.',
        )
      }
      const { access_token: token } = answer
      try {
        const { id, login } = User.parse(
          await ask(`${apiUrl}/user`, { headers: { authorization: `Bearer ${token}`, 'user-agent': 'modelyard' } }),
        )
        return { id, login }
      } finally {
        await forget(token)
      }
    },
  }
}

const unavailable = (detail: string, remedy: string, cause?: unknown) =>
  new IntegrationError('git_host', { detail, remedy, cause })
