import { join } from 'node:path'
import { inCluster, prepareGitOpsFolder } from '../../../infra/sandbox/seed/gitops-folder.ts'
import type { Part } from '../../supervisor/part.ts'
import type { Installation } from '../installation/installation.ts'
import { node, type PartsOptions } from './program.ts'

export function outsideWorld({ installation, release }: PartsOptions): Part[] {
  const { state, ports, secrets, urls } = installation
  return [
    {
      name: 'identity',
      title: 'Identity provider',
      after: [],
      kind: 'service',
      async make() {
        await release('identity')
        return node('infra/sandbox/identity/main.ts', {
          port: String(ports.identity),
          state: join(state, 'identity'),
          'client-id': 'modelyard',
          'client-secret': secrets.oidcClientSecret,
          'redirect-uri': `${urls.portal}/api/auth/callback/oidc`,
          'post-logout-redirect-uri': urls.portal,
        })
      },
    },
    {
      name: 'git',
      title: 'Git host',
      after: [],
      kind: 'service',
      async make() {
        await release('git')
        const seed = join(state, 'gitops-seed')
        await prepareGitOpsFolder(seed, { repositoryUrl: repositoryUrlOf(installation), clusterUrl: inCluster })
        return node('infra/sandbox/git-host/main.ts', {
          host: installation.gitAddress,
          port: String(ports.git),
          state: join(state, 'git'),
          'admin-token': secrets.gitToken,
          'webhook-url': `${urls.portal}/api/webhooks/git`,
          'webhook-secret': secrets.gitWebhookSecret,
          seed,
          // What the portal reports; without them nothing is merged, on the host's own pages neither.
          'required-status': ['modelyard/policy', 'modelyard/approval'],
          'demo-people': true,
          // By which people link their account there.
          'oauth-client-id': 'modelyard',
          'oauth-client-secret': secrets.gitOauthClientSecret,
          'oauth-redirect-uri': `${urls.portal}/settings/git-account`,
        })
      },
    },
  ]
}

export const repositoryUrlOf = ({ urls }: Installation) => `${urls.git}/platform/gitops.git`
