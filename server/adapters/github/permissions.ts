/** What the portal's account may do in the repository, as GitHub says itself: nothing is tried. */
import type { Octokit } from '@octokit/rest'
import type { GitHostFact } from '../../ports/git-host.ts'
import type { GitHubAccess } from './client.ts'

type At = { owner: string; repo: string }

const fact = (label: string, allowed: boolean, needed = true): GitHostFact => ({
  label,
  value: allowed ? 'allowed' : needed ? 'not allowed' : 'not allowed, and not needed once it is set up',
  ok: allowed ? true : needed ? false : null,
})

const labels = {
  read: 'Read the repository',
  write: 'Write branches',
  pulls: 'Open and merge pull requests',
  statuses: 'Report statuses',
  hooks: 'Set the webhook up',
}

export async function permissionsOf(octokit: Octokit, at: At, access: GitHubAccess): Promise<GitHostFact[]> {
  if (access.kind === 'app') {
    const { data } = await octokit.rest.apps.getInstallation({ installation_id: Number(access.installationId) })
    const { contents, pull_requests: pulls, statuses, repository_hooks: hooks } = data.permissions
    return [
      fact(labels.read, contents !== undefined),
      fact(labels.write, contents === 'write'),
      fact(labels.pulls, pulls === 'write'),
      fact(labels.statuses, statuses === 'write'),
      fact(labels.hooks, hooks === 'write', false),
    ]
  }
  const { permissions } = (await octokit.rest.repos.get(at)).data
  const mayPush = permissions?.push ?? false
  return [
    fact(labels.read, permissions?.pull ?? false),
    fact(labels.write, mayPush),
    fact(labels.pulls, mayPush),
    fact(labels.statuses, mayPush),
    fact(labels.hooks, permissions?.admin ?? false, false),
  ]
}
