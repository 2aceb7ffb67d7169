import { afterAll, beforeAll, describe } from 'vitest'
import { CommitSha } from '../../contracts/names.ts'
import { gitHostContract } from '../../ports/git-host.contract.ts'
import type { FileChange } from '../../ports/git-host.ts'
import { type SandboxPart, startSandboxPart } from '../../testing/sandbox.ts'
import { createClient } from './client.ts'
import { commitOnTop } from './commits.ts'
import { createGitHub } from './github.ts'

const token = 'token-of-the-portal'
const at = { owner: 'platform', repo: 'gitops' }

describe('GitHub, by the sandbox host', () => {
  let sandbox: SandboxPart
  beforeAll(async () => {
    sandbox = await startSandboxPart('git-host', { port: '0', 'admin-token': token, seed: 'infra/sandbox/seed/gitops' })
  })
  afterAll(() => sandbox.stop())

  const apiUrl = () => String(sandbox.ready.apiUrl)

  /** Somebody else's commit, by the same API. */
  async function commit(branch: string, files: FileChange[]): Promise<CommitSha> {
    const octokit = createClient(apiUrl(), { kind: 'token', token })
    const { data: ref } = await octokit.rest.git.getRef({ ...at, ref: `heads/${branch}` })
    const sha = await commitOnTop(octokit, at, ref.object.sha, files, 'By somebody else')
    if (!sha) throw new Error('The commit would change nothing')
    const { data } = await octokit.rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha })
    return CommitSha.parse(data.object.sha)
  }

  gitHostContract(() => ({
    host: createGitHub({ apiUrl: apiUrl(), repository: 'platform/gitops', access: { kind: 'token', token } }),
    push: commit,
    commitToDefault: async (files) => {
      await commit('main', files)
    },
  }))
})
