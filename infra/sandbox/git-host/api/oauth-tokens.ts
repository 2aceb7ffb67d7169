import { z } from 'zod'
import type { Host } from '../host.ts'
import { hashToken } from '../store/store.ts'
import type { OAuthClient } from '../web/oauth.ts'
import { notFound, Problem, parseBody } from './problems.ts'
import { noContent, route } from './routes.ts'

const Grant = z.object({ access_token: z.string().min(1) })

/** An application gives back a token it was granted; it shows itself by its own id and secret. */
export const oauthTokenRoutes = (client: OAuthClient | undefined) => [
  route('DELETE', '/applications/:client/token', ({ host, basic, params, body }) => {
    if (!client || params.client !== client.id || basic !== `${client.id}:${client.secret}`) {
      throw new Problem(401, 'Bad credentials')
    }
    if (!revoke(host, parseBody('Token', Grant, body).access_token)) throw notFound()
    return noContent()
  }),
]

function revoke(host: Host, token: string): boolean {
  const hash = hashToken(token)
  const owner = host.store.accounts.find(({ tokenHashes }) => tokenHashes.includes(hash))
  if (!owner) return false
  host.store.accounts.put({ ...owner, tokenHashes: owner.tokenHashes.filter((each) => each !== hash) })
  return true
}
