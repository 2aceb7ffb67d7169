import { afterAll, beforeAll, describe } from 'vitest'
import { z } from 'zod'
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

  const us = () => createClient(apiUrl(), { kind: 'token', token })
  const events = { approved: 'APPROVE', changes_requested: 'REQUEST_CHANGES', commented: 'COMMENT' } as const
  const tokenOf = (login: string) => `token-of-${login}`

  gitHostContract(() => ({
    host: createGitHub({ apiUrl: apiUrl(), repository: 'platform/gitops', access: { kind: 'token', token } }),
    push: commit,
    commitToDefault: async (files) => {
      await commit('main', files)
    },
    async person(login) {
      const { data } = await us().request('POST /sandbox/users', { login, token: tokenOf(login) })
      return { id: z.object({ id: z.number() }).parse(data).id, login }
    },
    async review(number, by, state, sha) {
      if (state === 'dismissed') throw new Error('A review is dismissed after it was given')
      const them = createClient(apiUrl(), { kind: 'token', token: tokenOf(by.login) })
      const about = sha ? { commit_id: sha } : {}
      await them.rest.pulls.createReview({ ...at, pull_number: number, event: events[state], body: 'Looked', ...about })
    },
    async dismiss(number, by) {
      const { data } = await us().rest.pulls.listReviews({ ...at, pull_number: number, per_page: 100 })
      const id = data.findLast((each) => each.user?.id === by.id)?.id ?? 0
      await us().rest.pulls.dismissReview({ ...at, pull_number: number, review_id: id, message: 'Too early' })
    },
    commentsOn: async (number) =>
      (await us().rest.issues.listComments({ ...at, issue_number: number })).data.map((each) => each.body ?? ''),
    async statusesOf(sha) {
      const { data } = await us().rest.repos.getCombinedStatusForRef({ ...at, ref: sha })
      return data.statuses.map(({ context, state, description }) => ({
        context,
        state: z.enum(['pending', 'success', 'failure']).parse(state),
        description: description ?? '',
      }))
    },
  }))
})
