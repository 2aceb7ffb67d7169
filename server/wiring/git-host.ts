/** From the settings to the Git host, and to where people show which account there is theirs. */
import { absent } from '../adapters/absent.ts'
import { createGitHub } from '../adapters/github/github.ts'
import { createGitHubSignIn } from '../adapters/github/sign-in.ts'
import type { Config } from '../config.ts'
import type { GitHost } from '../ports/git-host.ts'
import type { GitSignIn } from '../ports/git-sign-in.ts'

export function gitHostOf(config: Config): GitHost {
  const { GIT_API_URL: apiUrl, GIT_REPOSITORY: repository, GIT_TOKEN: token } = config
  const { GIT_APP_ID: appId, GIT_APP_INSTALLATION_ID: installationId, GIT_APP_PRIVATE_KEY: privateKey } = config
  if (!apiUrl || !repository) return absent('git_host', 'The Git host', 'GIT_API_URL and GIT_REPOSITORY')
  if (appId && installationId && privateKey)
    return createGitHub({ apiUrl, repository, access: { kind: 'app', appId, installationId, privateKey } })
  return token
    ? createGitHub({ apiUrl, repository, access: { kind: 'token', token } })
    : absent('git_host', 'The Git host', 'GIT_TOKEN')
}

export function gitSignInOf(config: Config): GitSignIn | undefined {
  const { GIT_API_URL: apiUrl, GIT_OAUTH_CLIENT_ID: clientId, GIT_OAUTH_CLIENT_SECRET: clientSecret } = config
  if (!apiUrl || !clientId || !clientSecret) return undefined
  return createGitHubSignIn({ webUrl: gitWebUrlOf(config), apiUrl, clientId, clientSecret })
}

export const gitWebUrlOf = (config: Config) => config.GIT_WEB_URL ?? 'https://github.com'
