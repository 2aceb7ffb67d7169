/** Octokit as the portal uses it: by token or as a GitHub App, over our own transport. */
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { isStatus } from './explained.ts'
import { createTransport, type Transport } from './transport.ts'

export type GitHubAccess =
  | { kind: 'token'; token: string }
  | { kind: 'app'; appId: string; installationId: string; privateKey: string }

// What goes wrong is told by the errors we throw; Octokit's own lines would repeat it without a request id.
const silent = () => undefined
const quiet = { debug: silent, info: silent, warn: silent, error: silent }

export function createClient(apiUrl: string, access: GitHubAccess, transport?: Transport): Octokit {
  const common = {
    log: quiet,
    baseUrl: apiUrl.replace(/\/$/, ''),
    userAgent: 'modelyard',
    request: { fetch: createTransport(transport) },
  }
  if (access.kind === 'token') return new Octokit({ ...common, auth: access.token })
  const { appId, privateKey, installationId } = access
  const octokit = new Octokit({
    ...common,
    authStrategy: createAppAuth,
    auth: { appId, privateKey, installationId: Number(installationId) },
  })
  renewWhenRefused(octokit)
  return octokit
}

/**
 * Installation tokens last an hour; the strategy keeps one and mints the next a minute before its end. One that is
 * refused all the same (revoked, clocks apart) is replaced once, however many calls were under way with it.
 */
function renewWhenRefused(octokit: Octokit): void {
  let renewedAt = 0
  let renewal: Promise<unknown> | undefined
  octokit.hook.wrap('request', async (request, options) => {
    const started = performance.now()
    try {
      return await request(options)
    } catch (error) {
      if (!isStatus(error, 401) || options.url.startsWith('/app')) throw error
      if (renewedAt < started) {
        renewal ??= octokit.auth({ type: 'installation', refresh: true }).finally(() => {
          renewedAt = performance.now()
          renewal = undefined
        })
        await renewal
      }
      return request(options)
    }
  })
}
