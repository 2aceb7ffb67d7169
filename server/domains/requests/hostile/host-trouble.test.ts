/** Group 11: what happens at the Git host while a request is open, over the wire against the sandbox's host. */
import { afterEach, describe, expect, it } from 'vitest'
import { createGitHub } from '../../../adapters/github/github.ts'
import { CommitSha } from '../../../contracts/names.ts'
import { type Asked, at, usePortalAtGitHost } from '../../../testing/git-host/portal-at-git-host.ts'

const headOf = (request: { pullRequest: { headSha: string | null } | null }) =>
  CommitSha.parse(request.pullRequest?.headSha)

describe('trouble at the Git host', () => {
  const world = usePortalAtGitHost({ 'required-status': 'modelyard/policy' })
  afterEach(async () => {
    await world().there.faults([])
  })

  const quotaOf = (request: Asked) => `${request.folder}/resourcequota.yaml`
  const main = () => world().there.host.rest.git.getRef({ ...at, ref: 'heads/main' })

  /** It is approved, merged and waits for the cluster. */
  async function reachesTheEnd(request: Asked): Promise<void> {
    const { requests, reviewer, look } = world()
    const now = await look(request.id)
    expect(now.failure).toBeNull()
    await requests.approve(reviewer, { id: request.id, sha: headOf(now) })
    expect((await look(request.id)).state).toBe('syncing')
  }

  it('branch changed under a request: approvals are void and what is strange is named', async () => {
    const { there, requests, maintainer, look } = world()
    const request = await world().asked({ environment: 'prod' })
    await requests.approve(maintainer, { id: request.id, sha: headOf(request) })
    const asked = await there.read(quotaOf(request), request.branch)
    await there.push(request.branch, [{ path: quotaOf(request), content: asked.replace('"2"', '"2000"') }])
    const now = await look(request.id)
    expect(now.approvals[0]?.voidedBecause).toBe('branch_moved')
    expect(now.failure?.message).toContain(quotaOf(request))
    await there.push(request.branch, [{ path: quotaOf(request), content: asked }])
    expect((await look(request.id)).failure).toBeNull()
  })

  it('force-pushed: said as such, and judged like any other head', async () => {
    const { there, look } = world()
    const request = await world().asked()
    const base = (await main()).data.object.sha
    const head = await there.push(request.branch, [{ path: 'teams/other.yaml', content: 'a: 1\n' }], {
      force: true,
      onto: base,
    })
    const now = await look(request.id)
    expect(now.timeline.at(-1)).toMatchObject({ type: 'push', detail: `rewritten, now at ${head.slice(0, 7)}` })
    expect(now.failure?.message).toContain('teams/other.yaml')
  })

  it('force-pushed back to the approved commit: the old approvals stay void', async () => {
    const { there, requests, maintainer, look } = world()
    const request = await world().asked({ environment: 'prod' })
    await requests.approve(maintainer, { id: request.id, sha: headOf(request) })
    await there.push(request.branch, [{ path: 'teams/other.yaml', content: 'a: 1\n' }])
    await look(request.id)
    await there.host.rest.git.updateRef({ ...at, ref: `heads/${request.branch}`, sha: headOf(request), force: true })
    const now = await look(request.id)
    expect([now.pullRequest?.headSha, now.failure]).toEqual([headOf(request), null])
    expect(now.stateLabel).toBe('Waiting for 2 of 2 approvals')
  })

  it('pull request closed by hand: the request is withdrawn and gives back what it held', async () => {
    const { there, look, db } = world()
    const request = await world().asked()
    await there.host.rest.pulls.update({ ...at, pull_number: request.number, state: 'closed' })
    expect((await look(request.id)).state).toBe('cancelled')
    const row = await db.request.findUniqueOrThrow({ where: { id: request.id } })
    expect([row.openTarget, row.cpu]).toEqual([null, 0n])
  })

  it('merged by hand: the request goes on from there', async () => {
    const { there, look } = world()
    const request = await world().asked()
    await there.host.rest.pulls.merge({ ...at, pull_number: request.number })
    const now = await look(request.id)
    expect([now.state, now.timeline.at(-1)?.type]).toEqual(['syncing', 'merged_on_host'])
  })

  it('branch deleted by hand: the pull request is closed there, so the request is withdrawn', async () => {
    const { there, look } = world()
    const request = await world().asked()
    await there.host.rest.git.deleteRef({ ...at, ref: `heads/${request.branch}` })
    expect((await look(request.id)).state).toBe('cancelled')
  })

  it('repository renamed: the old name goes on working, and back again', async () => {
    const { there } = world()
    const request = await world().asked()
    await there.host.rest.repos.update({ ...at, name: 'renamed' })
    try {
      await reachesTheEnd(request)
      await reachesTheEnd(await world().asked())
    } finally {
      await there.host.rest.repos.update({ ...at, repo: 'renamed', name: 'gitops' })
    }
  })

  for (const status of [429, 403] as const) {
    it(`rate limit, ${status} with a reset soon: waited for, and nothing is lost`, async () => {
      const { there } = world()
      const request = await world().asked()
      await there.faults([{ kind: 'rate-limit', status, resetInSeconds: 1, times: 1 }])
      await reachesTheEnd(request)
    })
  }

  it('rate limit for a long time: the request says for how long, and nothing is asked until then', async () => {
    const { there } = world()
    const request = await world().asked()
    let asked = 0
    const host = createGitHub({
      apiUrl: String(world().sandbox.ready.apiUrl),
      repository: 'platform/gitops',
      access: { kind: 'token', token: 'token-of-the-portal' },
      transport: {
        fetch: (input, init) => {
          asked++
          return fetch(input, init)
        },
      },
    })
    await there.faults([{ kind: 'rate-limit', status: 403, resetInSeconds: 1800, times: 1 }])
    const refused = () =>
      expect(host.getChange(request.number)).rejects.toMatchObject({
        code: 'integration_unavailable',
        explanation: {
          detail: expect.stringMatching(/limits how often the portal may ask, for (29|30|31) more minutes/),
          retryAfterSeconds: expect.any(Number),
        },
      })
    await refused()
    await refused()
    await refused()
    expect(asked).toBe(1)
  })

  it('secondary rate limit on the merge: asked again after the time it names, and merged once', async () => {
    const { there, db } = world()
    const request = await world().asked()
    const match = `PUT /api/v3/repos/platform/gitops/pulls/${request.number}/merge`
    await there.faults([{ kind: 'secondary-rate-limit', status: 403, retryAfterSeconds: 1, match, times: 1 }])
    await reachesTheEnd(request)
    expect(await db.requestTransition.count({ where: { requestId: request.id, event: 'merged' } })).toBe(1)
  })

  it('5xx: said on the request with the remedy, and gone once it answers', async () => {
    const { there, look } = world()
    const request = await world().asked()
    await there.faults([{ kind: 'status', status: 502 }])
    expect((await look(request.id)).failure?.message).toBe('The Git host does not answer.')
    await there.faults([])
    await reachesTheEnd(request)
  })

  it('an answer that never arrives after the work was done: nothing is done twice', async () => {
    const { there, requests, member, look, db } = world()
    for (const match of ['POST /api/v3/repos/platform/gitops/pulls', 'POST /api/v3/repos/platform/gitops/git/refs']) {
      await there.faults([{ kind: 'drop-answer', match, times: 1 }])
      const request = await world().asked()
      expect((await look(request.id)).state).toBe('in_review')
      const { data } = await there.host.rest.pulls.list({ ...at, state: 'all', head: `platform:${request.branch}` })
      expect(data.length).toBe(1)
      await requests.cancel(member, request.id)
    }
    const request = await world().asked()
    const merge = `PUT /api/v3/repos/platform/gitops/pulls/${request.number}/merge`
    await requests.approve(world().reviewer, { id: request.id, sha: headOf(request) })
    await there.faults([{ kind: 'drop-answer', match: merge, times: 1 }])
    await look(request.id)
    await there.faults([])
    expect((await look(request.id)).state).toBe('syncing')
    expect(await db.requestTransition.count({ where: { requestId: request.id, event: 'merged' } })).toBe(1)
  })

  it('slow, 60 seconds: given up in time, and the neighbours wait for nothing', async () => {
    const { there } = world()
    const request = await world().asked()
    const host = createGitHub({
      apiUrl: String(world().sandbox.ready.apiUrl),
      repository: 'platform/gitops',
      access: { kind: 'token', token: 'token-of-the-portal' },
      transport: { callMilliseconds: 300 },
    })
    const match = `GET /api/v3/repos/platform/gitops/pulls/${request.number}`
    await there.faults([{ kind: 'delay', milliseconds: 60_000, match }])
    const started = performance.now()
    const [slow, beside] = await Promise.allSettled([host.getChange(request.number), host.headOfDefaultBranch()])
    expect(performance.now() - started).toBeLessThan(5000)
    expect(beside.status).toBe('fulfilled')
    expect(slow).toMatchObject({ status: 'rejected', reason: { code: 'integration_unavailable' } })
  })

  it('token expired half-way: said with who mends it, and it goes on with the next token', async () => {
    const { there, look } = world()
    const request = await world().asked()
    await there.faults([{ kind: 'status', status: 401, message: 'Bad credentials' }])
    expect((await look(request.id)).failure?.message).toBe('The Git host does not accept the portal’s credentials.')
    await there.faults([])
    await reachesTheEnd(request)
  })

  it('merge conflict: the request fails with the reason, its pull request is closed, it may be tried again', async () => {
    const { there, requests, reviewer, member, look } = world()
    const request = await world().asked()
    await there.push('main', [{ path: quotaOf(request), content: 'something: else\n' }])
    await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    const failed = await look(request.id)
    expect(failed).toMatchObject({ state: 'failed', failure: { remedy: 'Submit the request again.' } })
    expect((await there.host.rest.pulls.get({ ...at, pull_number: request.number })).data.state).toBe('closed')
    await requests.retry(member, request.id)
    expect((await look(request.id)).state).toBe('in_review')
  })

  it('protected branch: what the host still asks for is said, and the merge follows once it is there', async () => {
    const { there, requests, reviewer, look } = world()
    const request = await world().asked()
    const protection = { enforce_admins: true, required_pull_request_reviews: null, restrictions: null }
    const checks = (contexts: string[]) =>
      there.host.rest.repos.updateBranchProtection({
        ...at,
        branch: 'main',
        ...protection,
        required_status_checks: { strict: false, contexts },
      })
    await checks(['modelyard/policy', 'somebody/else'])
    await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    const blocked = await look(request.id)
    expect(blocked.state).toBe('merging')
    expect(blocked.failure?.message).toMatch(/does not merge yet: .*somebody\/else/)
    await checks(['modelyard/policy'])
    expect(await look(request.id)).toMatchObject({ state: 'syncing' })
  })
})
