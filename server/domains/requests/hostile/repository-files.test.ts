/** Group 12: what lies in the repository, put there by hand; over the wire against the sandbox's host. */
import { describe, expect, it, vi } from 'vitest'
import { CommitSha } from '../../../contracts/names.ts'
import { type Asked, usePortalAtGitHost } from '../../../testing/git-host/portal-at-git-host.ts'

describe('files in the repository', () => {
  const world = usePortalAtGitHost()
  const quotaOf = (request: Asked) => `${request.folder}/resourcequota.yaml`

  /** It can be approved by nobody, the host is told, and the page names the path. */
  async function isStopped(request: Asked, path: string): Promise<void> {
    const { look, requests, reviewer, there } = world()
    const now = await look(request.id)
    expect(now.failure?.message).toContain(path)
    const sha = CommitSha.parse(now.pullRequest?.headSha)
    await expect(requests.approve(reviewer, { id: request.id, sha })).rejects.toMatchObject({
      code: 'wrong_state',
      explanation: { remedy: expect.stringContaining('Take the change out of the branch') },
    })
    const { data } = await there.host.rest.repos.getCombinedStatusForRef({
      owner: 'platform',
      repo: 'gitops',
      ref: sha,
    })
    expect(data.statuses.find((each) => each.context === 'modelyard/policy')?.state).toBe('failure')
  }

  it('edited by hand on the branch: named, and nothing is approved', async () => {
    const request = await world().asked()
    const content = await world().there.read(quotaOf(request), request.branch)
    await world().there.push(request.branch, [{ path: quotaOf(request), content: `${content}# by hand\n` }])
    await isStopped(request, quotaOf(request))
  })

  it('invalid YAML: named, and nothing is approved', async () => {
    const request = await world().asked()
    await world().there.push(request.branch, [
      { path: quotaOf(request), content: 'kind: [unclosed\n\t- x: *nowhere\n' },
    ])
    await isStopped(request, quotaOf(request))
  })

  it('invalid YAML in the policy: the last one that could be read stays in force, and the page says so', async () => {
    const { there, services } = world()
    const before = await services.policy.current()
    const good = await there.read('platform/policy.yaml', 'main')
    let now = Date.now()
    try {
      for (const content of ['version: [unclosed', 'a: &a [*a]\n', '', 'version: 3\n', '\u0001']) {
        await there.push('main', [{ path: 'platform/policy.yaml', content }])
        now += 60_000 // A policy is asked for again after some seconds.
        vi.useFakeTimers({ toFake: ['Date'], now })
        const { version, problem } = await services.policy.view()
        expect([content, version, problem]).toEqual([content, before.version, expect.stringContaining('policy.yaml')])
        vi.useRealTimers()
      }
    } finally {
      vi.useRealTimers()
      await there.push('main', [{ path: 'platform/policy.yaml', content: good }])
    }
  })

  it('an extra kind: a ClusterRoleBinding beside what was asked is named', async () => {
    const request = await world().asked()
    const path = `${request.folder}/clusterrolebinding.yaml`
    const content = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: { name: all }\n'
    await world().there.push(request.branch, [{ path, content }])
    await isStopped(request, path)
  })

  it('an extra file outside the request’s folder is named', async () => {
    const request = await world().asked()
    await world().there.push(request.branch, [{ path: 'platform/policy.yaml', content: 'version: mine\n' }])
    await isStopped(request, 'platform/policy.yaml')
  })

  it('a symlink in place of a file is named, though what it points to is what was asked', async () => {
    const { there } = world()
    const request = await world().asked()
    const content = await there.read(quotaOf(request), request.branch)
    const copy = `${request.folder}/copy.yaml`
    await there.push(request.branch, [{ path: copy, content }])
    await there.push(request.branch, [
      { path: quotaOf(request), mode: '120000', content: 'copy.yaml' },
      { path: copy },
      { path: 'copy.yaml', content },
    ])
    await isStopped(request, quotaOf(request))
  })

  it('a symlink that holds exactly the text of the file is named', async () => {
    const { there } = world()
    const request = await world().asked()
    const content = await there.read(quotaOf(request), request.branch)
    await there.push(request.branch, [{ path: quotaOf(request), mode: '120000', content }])
    await isStopped(request, quotaOf(request))
  })

  it('an executable in place of a file is named', async () => {
    const { there } = world()
    const request = await world().asked()
    const content = await there.read(quotaOf(request), request.branch)
    await there.push(request.branch, [{ path: quotaOf(request), mode: '100755', content }])
    await isStopped(request, quotaOf(request))
  })

  it('10,000 files: judged in bounded time, shown in part, and nothing is approved', async () => {
    const { there, services, reviewer } = world()
    const request = await world().asked()
    const sha = await there.blob('a: 1\n')
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      path: `teams/many/${String(index).padStart(5, '0')}.yaml`,
      sha,
    }))
    await there.push(request.branch, many)
    const started = performance.now()
    await isStopped(request, 'teams/many/')
    expect(performance.now() - started).toBeLessThan(20_000)
    const diff = await services.requests.diff(reviewer, request.id)
    expect(diff.files.length).toBeLessThanOrEqual(300)
    expect(diff.problem).toMatch(/more files than are shown/)
  }, 120_000)

  it('10,000 files on the default branch beside ours: a request opens, is judged and merged as always', async () => {
    const { there, requests, reviewer, look } = world()
    const sha = await there.blob('a: 1\n')
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      path: `teams/elsewhere/dev/${String(index).padStart(5, '0')}.yaml`,
      sha,
    }))
    await there.push('main', many)
    const request = await world().asked()
    const now = await requests.approve(reviewer, {
      id: request.id,
      sha: CommitSha.parse(request.pullRequest?.headSha),
    })
    expect(now.state).toBe('approved')
    expect((await look(request.id)).state).toBe('syncing')
  }, 120_000)

  it('CRLF: other bytes than were judged, so they are named', async () => {
    const { there } = world()
    const request = await world().asked()
    const content = (await there.read(quotaOf(request), request.branch)).replaceAll('\n', '\r\n')
    await there.push(request.branch, [{ path: quotaOf(request), content }])
    await isStopped(request, quotaOf(request))
  })

  it('a submodule is named, beside the files and in place of the folder', async () => {
    const { there } = world()
    const [beside, instead] = [await world().asked(), await world().asked()]
    const module = { mode: '160000' as const, type: 'commit' as const, sha: 'b'.repeat(40) }
    await there.push(beside.branch, [{ path: `${beside.folder}/module`, ...module }])
    await isStopped(beside, `${beside.folder}/module`)
    await there.push(instead.branch, [{ path: instead.folder, ...module }])
    await isStopped(instead, instead.folder)
  })

  it('left behind by hand in a folder that is deleted: everything goes, links and submodules too', async () => {
    const { there, requests, reviewer, member, look, db, team, services } = world()
    const request = await world().asked()
    await requests.approve(reviewer, { id: request.id, sha: CommitSha.parse(request.pullRequest?.headSha) })
    expect((await look(request.id)).state).toBe('syncing')
    await db.request.update({ where: { id: request.id }, data: { state: 'done', openTarget: null } })
    await there.push('main', [
      { path: `${request.folder}/link.yaml`, mode: '120000', content: '../../elsewhere' },
      { path: `${request.folder}/by-hand/deep.yaml`, content: 'a: 1\n' },
      { path: `${request.folder}/module`, mode: '160000', type: 'commit', sha: 'c'.repeat(40) },
    ])
    const namespace = request.target.namespace
    const { id } = await requests.submit(member, { kind: 'namespace.delete', team, namespace, reason: 'Not needed' })
    for (let looks = 0; looks < 3; looks++) await look(id)
    expect((await requests.get(reviewer, id)).state).toBe('syncing')
    expect(await services.ports.git.readTree(request.folder)).toEqual([])
  })
})
