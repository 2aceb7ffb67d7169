/** The identity provider beside sign-in itself: its discovery document, userinfo, and where one signs out. */
import { z } from 'zod'

const Discovery = z.object({
  issuer: z.string(),
  userinfo_endpoint: z.url().optional(),
  end_session_endpoint: z.url().optional(),
})
type Discovery = z.infer<typeof Discovery>

const readAgainAfter = 10 * 60_000
const patience = 4000

export function createProviderFacts(issuer: string) {
  let known: { facts: Promise<Discovery>; until: number } | undefined

  async function read(): Promise<Discovery> {
    const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(patience),
    })
    if (!response.ok) throw new Error(`The discovery document answers ${response.status}.`)
    return Discovery.parse(await response.json())
  }

  function discover(): Promise<Discovery> {
    if (!known || known.until < Date.now()) {
      const facts = read()
      known = { facts, until: Date.now() + readAgainAfter }
      facts.catch(() => {
        known = undefined
      })
    }
    return known.facts
  }

  return {
    /** What userinfo adds for this person, or nothing where there is no such endpoint. */
    async userinfo(accessToken: string, subject: string): Promise<Record<string, unknown>> {
      const { userinfo_endpoint: endpoint } = await discover()
      if (!endpoint) return {}
      const headers = { authorization: `Bearer ${accessToken}` }
      const response = await fetch(endpoint, { headers, signal: AbortSignal.timeout(patience) })
      if (!response.ok) return {}
      const claims = z.looseObject({ sub: z.string() }).safeParse(await response.json())
      return claims.success && claims.data.sub === subject ? claims.data : {}
    },

    /** Where to send the browser so that the session there ends too. */
    async signOutUrl(options: {
      clientId: string
      idToken: string | undefined
      returnTo: string
    }): Promise<string | undefined> {
      const { end_session_endpoint: endpoint } = await discover()
      if (!endpoint) return undefined
      const url = new URL(endpoint)
      url.searchParams.set('client_id', options.clientId)
      url.searchParams.set('post_logout_redirect_uri', options.returnTo)
      if (options.idToken) url.searchParams.set('id_token_hint', options.idToken)
      return url.href
    },
  }
}
