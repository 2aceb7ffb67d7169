import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commitFiles, openPull, repo, startTestHost, type TestHost } from '../testing/host.ts'

let host: TestHost
beforeEach(async () => {
  host = await startTestHost()
})
afterEach(() => host.close())

describe('a pull request', () => {
  it('is opened, reviewed, merged by its head commit and shows what changed', async () => {
    const { admin } = host
    const reviewer = await host.person('reviewer')
    const pull = await openPull(admin, 'change-1', { 'teams/ml/quota.yaml': 'cpu: 4\n' })
    expect(pull).toMatchObject({
      number: 1,
      state: 'open',
      mergeable: true,
      mergeable_state: 'clean',
      changed_files: 1,
    })

    const { data: files } = await admin.pulls.listFiles({ ...repo, pull_number: 1 })
    expect(files).toMatchObject([{ filename: 'teams/ml/quota.yaml', status: 'added', patch: '@@ -0,0 +1 @@\n+cpu: 4' }])
    const { data: review } = await reviewer.client.pulls.createReview({ ...repo, pull_number: 1, event: 'APPROVE' })
    expect(review).toMatchObject({ state: 'APPROVED', commit_id: pull.head.sha, user: { login: 'reviewer' } })

    const { data: merge } = await admin.pulls.merge({ ...repo, pull_number: 1, sha: pull.head.sha })
    const { data: main } = await admin.repos.getBranch({ ...repo, branch: 'main' })
    expect(main.commit.sha).toBe(merge.sha)
    expect(main.commit.parents.map((parent) => parent.sha)).toContain(pull.head.sha)
    const { data: after } = await admin.pulls.get({ ...repo, pull_number: 1 })
    expect(after).toMatchObject({ state: 'closed', merged: true, merge_commit_sha: merge.sha, changed_files: 1 })
  })

  it('is not merged at a commit that is no longer the head', async () => {
    const pull = await openPull(host.admin, 'change-1')
    await commitFiles(host.admin, 'change-1', { 'more.yaml': 'b: 2\n' }, 'change-1')
    await expect(host.admin.pulls.merge({ ...repo, pull_number: 1, sha: pull.head.sha })).rejects.toMatchObject({
      status: 409,
      response: { data: { message: 'Head branch was modified. Review and try the merge again.' } },
    })
  })
})
