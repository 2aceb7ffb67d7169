import { describe, expect, it } from 'vitest'
import type { Actor } from '../../permissions/actor.ts'
import { makePerson } from '../../testing/people.ts'
import { headOf, useStory } from './testing/story.ts'

describe('deciding about a request', () => {
  const story = useStory()

  it('goes from the wish to the cluster', async () => {
    const { requests, advance, team, member, reviewer, submitted, applyToCluster } = story()
    const request = await submitted()
    expect(request).toMatchObject({ state: 'in_review', title: `Namespace ${team}-dev`, approvalsNeeded: 1 })
    const files = (await requests.diff(member, request.id)).files.map((file) => file.path)
    expect(files).toContain(`teams/${team}/dev/namespaces/${team}-dev/resourcequota.yaml`)
    expect(files).toContain(`platform/argocd/appprojects/${team}.yaml`)

    const approved = await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    expect(approved.state).toBe('approved')
    await advance.advance(request.id)
    expect((await requests.get(member, request.id)).state).toBe('syncing')

    await applyToCluster(`${team}-dev`)
    await advance.advance(request.id)
    const done = await requests.get(member, request.id)
    expect(done.state).toBe('done')
    expect(done.timeline.map((entry) => entry.type)).toEqual([
      'submitted',
      'opened',
      'approve',
      'quorum',
      'merge',
      'merged',
      'applied',
    ])
  })

  it('is not done before the quota is in force', async () => {
    const { cluster, requests, advance, team, member, reviewer, submitted } = story()
    const request = await submitted()
    await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    await advance.advance(request.id)
    cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${team}-dev` } })
    await advance.advance(request.id)
    expect((await requests.get(member, request.id)).state).toBe('syncing')
  })

  describe('refuses its own requester', () => {
    it('as a member who is also a platform admin', async () => {
      const { db, requests, team, submitted } = story()
      const admin = await makePerson(db, 'Admin', { platform: ['admin'], teams: { [team]: 'maintainer' } })
      const request = await submitted({}, admin)
      await expect(requests.approve(admin, { id: request.id, sha: headOf(request) })).rejects.toMatchObject({
        code: 'self_approval',
      })
      await expect(requests.reject(admin, { id: request.id, comment: 'On second thought' })).rejects.toMatchObject({
        code: 'self_approval',
      })
    })

    it('through a token that they made', async () => {
      const { requests, maintainer, submitted } = story()
      const request = await submitted({}, maintainer)
      const token: Actor = { ...maintainer, kind: 'token', scopes: null, name: 'Token of the maintainer' }
      await expect(requests.approve(token, { id: request.id, sha: headOf(request) })).rejects.toMatchObject({
        code: 'self_approval',
      })
    })

    it('and says so on the button', async () => {
      const { maintainer, submitted } = story()
      const request = await submitted({}, maintainer)
      const approve = request.actions.find((each) => each.action === 'approve')
      expect(approve).toEqual({
        action: 'approve',
        allowed: false,
        why: 'You asked for this, so somebody else has to decide.',
      })
    })
  })

  it('refuses members and viewers to approve, and hides from strangers that it exists', async () => {
    const { db, requests, team, draft, submitted } = story()
    const request = await submitted()
    const other = await makePerson(db, 'Another member', { teams: { [team]: 'member' } })
    const stranger = await makePerson(db, 'Stranger')
    await expect(requests.approve(other, { id: request.id, sha: headOf(request) })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(requests.get(stranger, request.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(requests.approve(stranger, { id: request.id, sha: headOf(request) })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(requests.submit(stranger, draft())).rejects.toMatchObject({ code: 'not_found' })
  })

  it('asks for two approvals in prod, one of them from the platform', async () => {
    const { db, requests, team, maintainer, reviewer, submitted } = story()
    const request = await submitted({ environment: 'prod' })
    const second = await makePerson(db, 'Second maintainer', { teams: { [team]: 'maintainer' } })
    const sha = headOf(request)
    expect((await requests.approve(maintainer, { id: request.id, sha })).stateLabel).toBe(
      'Waiting for 1 of 2 approvals',
    )
    expect((await requests.approve(maintainer, { id: request.id, sha })).state).toBe('in_review')
    expect((await requests.approve(second, { id: request.id, sha })).state).toBe('in_review')
    expect((await requests.approve(reviewer, { id: request.id, sha })).state).toBe('approved')
  })

  it('does not count the approval of somebody who has been shut out since', async () => {
    const { db, requests, reviewer, maintainer, submitted } = story()
    const request = await submitted({ environment: 'prod' })
    const sha = headOf(request)
    await requests.approve(reviewer, { id: request.id, sha })
    await db.user.update({ where: { id: String(reviewer.userId) }, data: { disabledAt: new Date() } })
    const now = await requests.approve(maintainer, { id: request.id, sha })
    expect([now.state, now.stateLabel]).toEqual(['in_review', 'Waiting for 1 of 2 approvals'])
    const another = await makePerson(db, 'Another reviewer', { platform: ['reviewer'] })
    expect((await requests.approve(another, { id: request.id, sha })).state).toBe('approved')
  })

  it('voids approvals when the branch moves on, and merges only what was approved again', async () => {
    const { db, git, requests, advance, team, maintainer, reviewer, submitted } = story()
    const request = await submitted({ environment: 'prod' })
    const old = headOf(request)
    await requests.approve(maintainer, { id: request.id, sha: old })
    const row = await db.request.findUniqueOrThrow({ where: { id: request.id } })
    const moved = git.push(row.branch, [
      { path: `teams/${team}/prod/namespaces/${team}-prod/extra.yaml`, content: 'a: 1\n' },
    ])
    await advance.advance(request.id)
    const now = await requests.get(maintainer, request.id)
    expect(now.pullRequest?.headSha).toBe(moved)
    expect(now.approvals[0]?.voidedAt).not.toBeNull()
    await expect(requests.approve(reviewer, { id: request.id, sha: old })).rejects.toMatchObject({ code: 'head_moved' })
  })

  it('cannot be approved while the branch holds something else than was asked', async () => {
    const { db, git, requests, advance, team, reviewer, submitted } = story()
    const request = await submitted()
    const row = await db.request.findUniqueOrThrow({ where: { id: request.id } })
    const path = `teams/${team}/dev/namespaces/${team}-dev/resourcequota.yaml`
    const asked = (await git.readFile(path, row.branch))?.content ?? ''
    git.push(row.branch, [{ path, content: asked.replace('requests.cpu: "2"', 'requests.cpu: "2000"') }])
    await advance.advance(request.id)
    const strange = await requests.get(reviewer, request.id)
    expect(strange.failure?.message).toContain('resourcequota.yaml')
    await expect(requests.approve(reviewer, { id: request.id, sha: headOf(strange) })).rejects.toMatchObject({
      code: 'wrong_state',
    })
    expect(git.statuses.at(-1)?.status).toMatchObject({ context: 'modelyard/policy', state: 'failure' })

    git.push(row.branch, [{ path, content: asked }])
    await advance.advance(request.id)
    const mended = await requests.get(reviewer, request.id)
    expect(mended.failure).toBeNull()
    expect((await requests.approve(reviewer, { id: request.id, sha: headOf(mended) })).state).toBe('approved')
  })

  it('does not merge by itself what somebody else put on the branch of a decrease', async () => {
    const { db, git, requests, advance, team, member, resizing, finishedNamespace } = story()
    await finishedNamespace()
    const { id } = await requests.submit(member, resizing({ cpu: '1', memory: '2Gi' }))
    const row = await db.request.findUniqueOrThrow({ where: { id } })
    git.push(row.branch, [
      { path: `teams/${team}/dev/namespaces/${team}-dev/resourcequota.yaml`, content: 'kind: Surprise\n' },
    ])
    await advance.advance(id)
    expect((await requests.get(member, id)).state).toBe('in_review')
  })

  it('does not merge a commit that was pushed after the last approval', async () => {
    const { db, git, requests, advance, member, reviewer, submitted } = story()
    const request = await submitted()
    await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    const row = await db.request.findUniqueOrThrow({ where: { id: request.id } })
    git.push(row.branch, [{ path: 'teams/x.yaml', content: 'a: 1\n' }])
    await advance.advance(request.id)
    expect((await requests.get(member, request.id)).state).toBe('in_review')
    expect(await git.readFile('teams/x.yaml')).toBeUndefined()
  })

  it('merges what was judged or nothing when an approval and a push arrive at once', async () => {
    const { git, requests, advance, reviewer, submitted, team, db } = story()
    for (let round = 0; round < 5; round++) {
      const request = await submitted({ purpose: `race${round}` })
      const row = await db.request.findUniqueOrThrow({ where: { id: request.id } })
      const path = `teams/${team}/dev/namespaces/${row.namespace}/resourcequota.yaml`
      const asked = (await git.readFile(path, row.branch))?.content
      await Promise.allSettled([
        requests.approve(reviewer, { id: request.id, sha: headOf(request) }).then(() => advance.advance(request.id)),
        Promise.resolve()
          .then(() => git.push(row.branch, [{ path, content: 'requests: everything\n' }]))
          .then(() => advance.advance(request.id)),
      ])
      await advance.advance(request.id)
      const merged = await git.readFile(path)
      expect([undefined, asked]).toContain(merged?.content)
      const { state } = await requests.get(reviewer, request.id)
      expect(state).toBe(merged ? 'syncing' : 'in_review')
    }
  })

  it('ends in one way when it is merged here and closed there at once', async () => {
    const { git, requests, advance, reviewer, submitted } = story()
    const request = await submitted()
    const number = request.pullRequest?.number ?? 0
    await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    await Promise.allSettled([
      advance.advance(request.id),
      advance.advance(request.id),
      Promise.resolve().then(() => git.closeByHand(number)),
    ])
    await advance.advance(request.id)
    const { state } = await requests.get(reviewer, request.id)
    expect(state).toBe((await git.getChange(number)).state === 'merged' ? 'syncing' : 'cancelled')
  })
})
