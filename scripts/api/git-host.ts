/** A Git host with the demo's policy: without one no request can be judged. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inCluster, prepareGitOpsFolder } from '../../infra/sandbox/seed/gitops-folder.ts'
import { startSandboxPart } from '../../server/testing/sandbox.ts'

const token = 'a-token-for-tests'

export async function startGitHost() {
  const seed = await mkdtemp(join(tmpdir(), 'modelyard-gitops-'))
  await prepareGitOpsFolder(seed, { repositoryUrl: 'http://127.0.0.1/platform/gitops.git', clusterUrl: inCluster })
  const host = await startSandboxPart('git-host', { port: '0', 'admin-token': token, seed })
  return {
    settings: {
      GIT_API_URL: `${host.ready.url}/api/v3`,
      GIT_WEB_URL: host.ready.url,
      GIT_REPOSITORY: 'platform/gitops',
      GIT_TOKEN: token,
    },
    async stop() {
      await host.stop()
      await rm(seed, { recursive: true, force: true })
    },
  }
}
