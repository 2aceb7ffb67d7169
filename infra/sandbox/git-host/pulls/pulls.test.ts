import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { base64, commitFiles, openPull, repo, startTestHost, type TestHost } from '../testing/host.ts'

let host: TestHost
beforeEach(async () => {
  host = await startTestHost()
})
afterEach(() => host.close())

const pullOne = async () => (await host.admin.pulls.get({ ...repo, pull_number: 1 })).data

describe('a pull request', () => {
  it('is opened, reviewed, merged by its head commit and shows what changed', async () => {
    const { admin } = host
    const reviewer = await host.person('reviewer')
    const pull = await openPull(admin, 'change-1', { 'teams/ml/quota.yaml': 'cpu: 4\n' })
    expect(pull).toMatchObject({ number: 1, state: 'open', mergeable: true, mergeable_state: 'clean' })

    const { data: files } = await admin.pulls.listFiles({ ...repo, pull_number: 1 })
    expect(files).toMatchObject([{ filename: 'teams/ml/quota.yaml', status: 'added', patch: '@@ -0,0 +1 @@\n+cpu: 4' }])
    expect((await admin.pulls.listCommits({ ...repo, pull_number: 1 })).data).toHaveLength(1)
    const { data: review } = await reviewer.client.pulls.createReview({ ...repo, pull_number: 1, event: 'APPROVE' })
    expect(review).toMatchObject({ state: 'APPROVED', commit_id: pull.head.sha, user: { login: 'reviewer' } })
    expect((await admin.pulls.listReviews({ ...repo, pull_number: 1 })).data).toHaveLength(1)

    const { data: merge } = await admin.pulls.merge({ ...repo, pull_number: 1, sha: pull.head.sha })
    const { data: main } = await admin.repos.getBranch({ ...repo, branch: 'main' })
    expect(main.commit.sha).toBe(merge.sha)
    expect(main.commit.parents.map((parent) => parent.sha)).toContain(pull.head.sha)
    expect(await pullOne()).toMatchObject({
      state: 'closed',
      merged: true,
      merge_commit_sha: merge.sha,
      changed_files: 1,
    })
    expect((await admin.pulls.checkIfMerged({ ...repo, pull_number: 1 })).status).toBe(204)
  })

  it('is squashed into one commit when asked to', async () => {
    await openPull(host.admin, 'change-1')
    const { data } = await host.admin.pulls.merge({ ...repo, pull_number: 1, merge_method: 'squash' })
    const { data: commit } = await host.admin.git.getCommit({ ...repo, commit_sha: data.sha })
    expect(commit.parents).toHaveLength(1)
    expect(commit.message).toMatch(/^Add change-1 \(#1\)/)
    await expect(host.admin.pulls.merge({ ...repo, pull_number: 1 })).rejects.toMatchObject({ status: 405 })
  })

  it('is not merged at a commit that is no longer the head', async () => {
    const pull = await openPull(host.admin, 'change-1')
    await commitFiles(host.admin, 'change-1', { 'more.yaml': 'b: 2\n' }, 'change-1')
    await expect(host.admin.pulls.merge({ ...repo, pull_number: 1, sha: pull.head.sha })).rejects.toMatchObject({
      status: 409,
      response: { data: { message: 'Head branch was modified. Review and try the merge again.' } },
    })
  })

  it('says that it conflicts, and is not merged then', async () => {
    await openPull(host.admin, 'left', { 'README.md': 'left\n' })
    await openPull(host.admin, 'right', { 'README.md': 'right\n' })
    await host.admin.pulls.merge({ ...repo, pull_number: 2 })
    expect(await pullOne()).toMatchObject({ mergeable: false, mergeable_state: 'dirty' })
    await expect(host.admin.pulls.merge({ ...repo, pull_number: 1 })).rejects.toMatchObject({
      status: 405,
      response: { data: { message: 'Pull Request is not mergeable' } },
    })
  })

  it('is merged once when two ask at the same time', async () => {
    await openPull(host.admin, 'change-1')
    const answers = await Promise.allSettled([1, 2, 3].map(() => host.admin.pulls.merge({ ...repo, pull_number: 1 })))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const { data: commits } = await host.admin.repos.listCommits({ ...repo, sha: 'main' })
    expect(commits.filter((commit) => commit.parents.length === 2)).toHaveLength(1)
  })

  it('is merged after a restart though a killed git left its lock behind', async () => {
    await openPull(host.admin, 'change-1')
    await writeFile(join(host.state, 'repositories/1.git/refs/heads/main.lock'), '')
    await expect(host.admin.pulls.merge({ ...repo, pull_number: 1 })).rejects.toMatchObject({ status: 405 })
    await host.restart()
    await host.admin.pulls.merge({ ...repo, pull_number: 1 })
    expect(await pullOne()).toMatchObject({ merged: true })
  })

  it('is found by its head, and refused a second time', async () => {
    await openPull(host.admin, 'change-1')
    const found = await host.admin.pulls.list({ ...repo, head: 'platform:change-1', state: 'all' })
    expect(found.data.map((pull) => pull.number)).toEqual([1])
    expect((await host.admin.pulls.list({ ...repo, head: 'platform:other' })).data).toEqual([])
    await expect(
      host.admin.pulls.create({ ...repo, title: 'Again', head: 'change-1', base: 'main' }),
    ).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ message: 'A pull request already exists for platform:change-1.' }] } },
    })
    await expect(host.admin.pulls.create({ ...repo, title: 'X', head: 'main', base: 'main' })).rejects.toThrow(
      'No commits between main and main',
    )
    await expect(host.admin.pulls.create({ ...repo, title: 'X', head: 'nowhere', base: 'main' })).rejects.toMatchObject(
      {
        response: { data: { errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }] } },
      },
    )
  })

  it('closes when its branch goes, and opens again when it is back', async () => {
    const pull = await openPull(host.admin, 'change-1')
    await host.admin.git.deleteRef({ ...repo, ref: 'heads/change-1' })
    expect(await pullOne()).toMatchObject({ state: 'closed', merged: false })
    await host.admin.git.createRef({ ...repo, ref: 'refs/heads/change-1', sha: pull.head.sha })
    await host.admin.pulls.update({ ...repo, pull_number: 1, state: 'open' })
    expect(await pullOne()).toMatchObject({ state: 'open' })
  })

  it('counts as merged when its commits reach the base by another road', async () => {
    const pull = await openPull(host.admin, 'change-1')
    await host.admin.git.updateRef({ ...repo, ref: 'heads/main', sha: pull.head.sha })
    expect(await pullOne()).toMatchObject({ state: 'closed', merged: true, merge_commit_sha: pull.head.sha })
  })

  it('takes comments that only their author may change', async () => {
    await openPull(host.admin, 'change-1')
    const [one, other] = [await host.person('one', 'read'), await host.person('other')]
    const { data } = await one.client.issues.createComment({ ...repo, issue_number: 1, body: 'Why so much?' })
    await one.client.issues.updateComment({ ...repo, comment_id: data.id, body: 'Why?' })
    await expect(
      other.client.issues.updateComment({ ...repo, comment_id: data.id, body: 'Because' }),
    ).rejects.toMatchObject({ status: 403 })
    const { data: all } = await other.client.issues.listComments({ ...repo, issue_number: 1 })
    expect(all.map((comment) => comment.body)).toEqual(['Why?'])
    await one.client.issues.deleteComment({ ...repo, comment_id: data.id })
  })
})

describe('reviews', () => {
  it('are refused from the author', async () => {
    const author = await host.person('author')
    await openPull(author.client, 'change-1')
    await expect(author.client.pulls.createReview({ ...repo, pull_number: 1, event: 'APPROVE' })).rejects.toMatchObject(
      { status: 422, response: { data: { errors: ['Can not approve your own pull request'] } } },
    )
  })

  it('can be dismissed by hand', async () => {
    const reviewer = await host.person('reviewer')
    await openPull(host.admin, 'change-1')
    const { data } = await reviewer.client.pulls.createReview({ ...repo, pull_number: 1, event: 'APPROVE' })
    const wish = { ...repo, pull_number: 1, review_id: data.id, message: 'Outdated' }
    expect((await host.admin.pulls.dismissReview(wish)).data.state).toBe('DISMISSED')
  })
})

describe('a protected branch', () => {
  const protect = (count: number) =>
    host.admin.repos.updateBranchProtection({
      ...repo,
      branch: 'main',
      required_status_checks: { strict: false, contexts: ['modelyard/policy'] },
      required_pull_request_reviews: { required_approving_review_count: count, dismiss_stale_reviews: true },
      enforce_admins: true,
      restrictions: null,
    })
  const report = (sha: string, state: 'pending' | 'success' | 'failure') =>
    host.admin.repos.createCommitStatus({ ...repo, sha, state, context: 'modelyard/policy' })
  const refusal = async () => {
    try {
      await host.admin.pulls.merge({ ...repo, pull_number: 1 })
      return 'merged'
    } catch (error) {
      return error instanceof Error ? error.message.split(' - ')[0] : 'unknown'
    }
  }

  it('lets nothing in before its checks and reviews are there, also not an administrator', async () => {
    const reviewer = await host.person('reviewer')
    await protect(1)
    const { data: protection } = await host.admin.repos.getBranchProtection({ ...repo, branch: 'main' })
    expect(protection.required_status_checks?.contexts).toEqual(['modelyard/policy'])
    const pull = await openPull(host.admin, 'change-1')
    expect(pull.mergeable_state).toBe('blocked')
    expect(await refusal()).toBe('Required status check "modelyard/policy" is expected.')
    await report(pull.head.sha, 'pending')
    expect(await refusal()).toBe('Required status check "modelyard/policy" is pending.')
    await report(pull.head.sha, 'failure')
    expect(await refusal()).toBe('Required status check "modelyard/policy" is failing.')
    await report(pull.head.sha, 'success')
    expect(await refusal()).toBe('At least 1 approving review is required by reviewers with write access.')
    await reviewer.client.pulls.createReview({ ...repo, pull_number: 1, event: 'APPROVE' })
    const { data: combined } = await host.admin.repos.getCombinedStatusForRef({ ...repo, ref: pull.head.sha })
    expect(combined).toMatchObject({ state: 'success', total_count: 1 })
    expect(await refusal()).toBe('merged')
  })

  it('forgets approvals and checks of a commit that has been pushed over', async () => {
    const reviewer = await host.person('reviewer')
    await protect(1)
    const pull = await openPull(host.admin, 'change-1')
    await report(pull.head.sha, 'success')
    await reviewer.client.pulls.createReview({ ...repo, pull_number: 1, event: 'APPROVE' })
    const sha = await commitFiles(host.admin, 'change-1', { 'more.yaml': 'b\n' }, 'change-1')
    expect(await refusal()).toBe('Required status check "modelyard/policy" is expected.')
    await report(sha, 'success')
    expect(await refusal()).toBe('At least 1 approving review is required by reviewers with write access.')
  })

  it('accepts a check run in place of a status', async () => {
    await protect(0)
    const pull = await openPull(host.admin, 'change-1')
    const { data: run } = await host.admin.checks.create({ ...repo, name: 'modelyard/policy', head_sha: pull.head.sha })
    expect(await refusal()).toBe('Required status check "modelyard/policy" is pending.')
    await host.admin.checks.update({ ...repo, check_run_id: run.id, status: 'completed', conclusion: 'success' })
    expect((await host.admin.checks.listForRef({ ...repo, ref: pull.head.sha })).data.total_count).toBe(1)
    expect(await refusal()).toBe('merged')
  })

  it('cannot be changed past pull requests by the API', async () => {
    await protect(1)
    const writer = await host.person('writer')
    const { data: readme } = await host.admin.repos.getContent({ ...repo, path: 'README.md' })
    const sha = 'sha' in readme && typeof readme.sha === 'string' ? readme.sha : ''
    const write = { ...repo, path: 'README.md', message: 'x', content: base64('x'), sha }
    await expect(writer.client.repos.createOrUpdateFileContents(write)).rejects.toMatchObject({ status: 409 })
    await expect(writer.client.git.deleteRef({ ...repo, ref: 'heads/main' })).rejects.toMatchObject({ status: 422 })
    await expect(writer.client.repos.deleteBranchProtection({ ...repo, branch: 'main' })).rejects.toMatchObject({
      status: 403,
    })
  })
})
