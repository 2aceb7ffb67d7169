import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CommitSha, RequestId, type TeamSlug } from '../../contracts/names.ts'
import { RequestDraft, type RequestDraftInput } from '../../contracts/requests.ts'
import { createDatabase, type Database } from '../../database/database.ts'
import type { Actor } from '../../permissions/actor.ts'
import { systemClock } from '../../ports/clock.ts'
import { kinds } from '../../ports/cluster.ts'
import { testDatabase } from '../../testing/database.ts'
import { createFakeCluster, type FakeCluster, fakeClusters } from '../../testing/fake-cluster.ts'
import { createFakeGitHost, type FakeGitHost } from '../../testing/fake-git-host.ts'
import { KubernetesObjectSchema } from '../../testing/objects.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { createPolicy } from '../policy/policy.ts'
import { type Advance, createAdvance, createRequests, type RequestsService } from './requests.ts'

const policyYaml = readFileSync(
  join(import.meta.dirname, '../../../infra/sandbox/seed/gitops/platform/policy.yaml'),
  'utf8',
)

describe('a request', () => {
  const database = testDatabase()
  let db: Database
  let git: FakeGitHost
  let cluster: FakeCluster
  let requests: RequestsService
  let advance: Advance
  let team: TeamSlug
  let member: Actor
  let maintainer: Actor
  let reviewer: Actor

  beforeAll(() => {
    db = createDatabase(database.url)
    return () => db.$disconnect()
  })

  beforeEach(async () => {
    git = createFakeGitHost({ 'platform/policy.yaml': policyYaml })
    cluster = createFakeCluster()
    const policy = createPolicy({ git, clock: systemClock })
    // The queue is not what is tested here: the worker's hand is played by `advance`.
    const nothing = async () => undefined
    requests = createRequests({ db, policy, git, jobs: { advance: nothing, closeChange: nothing } })
    advance = createAdvance({
      db,
      git,
      clusters: fakeClusters(cluster),
      portalUrl: 'https://portal.example',
      repositoryUrl: 'https://git.example/platform/gitops.git',
    })
    team = await makeTeam(db)
    member = await makePerson(db, 'Member', { teams: { [team]: 'member' } })
    maintainer = await makePerson(db, 'Maintainer', { teams: { [team]: 'maintainer' } })
    reviewer = await makePerson(db, 'Reviewer', { platform: ['reviewer'] })
  })

  const draft = (more: object = {}): RequestDraft =>
    RequestDraft.parse({
      kind: 'namespace.create',
      team,
      environment: 'dev',
      quota: { cpu: '2', memory: '4Gi', gpu: 0, storage: '10Gi' },
      reason: 'To try things',
      ...more,
    } satisfies Partial<RequestDraftInput> & object)

  async function submitted(more: object = {}, actor = member) {
    const { id } = await requests.submit(actor, draft(more))
    await advance.advance(id)
    return requests.get(actor, id)
  }

  const headOf = (request: { pullRequest: { headSha: CommitSha | null } | null }) =>
    CommitSha.parse(request.pullRequest?.headSha)

  /** What Argo CD and the cluster's controllers do with the default branch. */
  async function applyToCluster(namespace: string) {
    const folder = `teams/${team}/dev/namespaces/${namespace}`
    const files = await git.listFiles(folder)
    if (files.length === 0) cluster.remove(kinds.namespace, namespace)
    for (const path of files) {
      const file = await git.readFile(path)
      const object = KubernetesObjectSchema.parse(parse(file?.content ?? ''))
      cluster.put(object.kind === 'ResourceQuota' ? { ...object, status: object.spec } : object)
    }
  }

  async function finishedNamespace() {
    const request = await submitted()
    await requests.approve(maintainer, { id: request.id, sha: headOf(request) })
    await advance.advance(request.id)
    await applyToCluster(`${team}-dev`)
    await advance.advance(request.id)
    return request
  }

  it('goes from the wish to the cluster', async () => {
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
    const request = await submitted()
    await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    await advance.advance(request.id)
    cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${team}-dev` } })
    await advance.advance(request.id)
    expect((await requests.get(member, request.id)).state).toBe('syncing')
  })

  describe('refuses its own requester', () => {
    it('as a member who is also a platform admin', async () => {
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
      const request = await submitted({}, maintainer)
      const token: Actor = { ...maintainer, kind: 'token', scopes: null, name: 'Token of the maintainer' }
      await expect(requests.approve(token, { id: request.id, sha: headOf(request) })).rejects.toMatchObject({
        code: 'self_approval',
      })
    })

    it('and says so on the button', async () => {
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

  it('voids approvals when the branch moves on, and merges only what was approved again', async () => {
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

  it('does not merge a commit that was pushed after the last approval', async () => {
    const request = await submitted()
    await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    const row = await db.request.findUniqueOrThrow({ where: { id: request.id } })
    git.push(row.branch, [{ path: 'teams/x.yaml', content: 'a: 1\n' }])
    await advance.advance(request.id)
    expect((await requests.get(member, request.id)).state).toBe('in_review')
    expect(await git.readFile('teams/x.yaml')).toBeUndefined()
  })

  it('refuses more than the team has left, and names the field', async () => {
    const big = draft({ quota: { cpu: '19', memory: '4Gi', gpu: 0, storage: '10Gi' } })
    await requests.submit(member, big)
    const more = draft({ purpose: 'more' })
    await expect(requests.submit(member, more)).rejects.toMatchObject({
      code: 'allowance_exceeded',
      explanation: { fields: [{ field: 'quota.cpu', message: '2 CPU asked, 1 CPU left in dev.' }] },
    })
    expect((await requests.preview(member, more)).outcome).toBe('refused')
  })

  it('lets one of many win who ask for the same name at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => requests.submit(member, draft())))
    const won = results.filter((result) => result.status === 'fulfilled')
    expect(won).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'name_taken' })
  })

  it('never grants more than the allowance to many who ask at once', async () => {
    const asks = Array.from({ length: 12 }, (_, index) =>
      requests.submit(
        member,
        draft({ purpose: `p${index}`, quota: { cpu: '3', memory: '1Gi', gpu: 0, storage: '1Gi' } }),
      ),
    )
    const won = (await Promise.allSettled(asks)).filter((result) => result.status === 'fulfilled')
    expect(won).toHaveLength(6)
  })

  it('counts an approval once, however often and however fast it is given', async () => {
    const request = await submitted({ environment: 'prod' })
    const sha = headOf(request)
    await Promise.allSettled(Array.from({ length: 5 }, () => requests.approve(reviewer, { id: request.id, sha })))
    const now = await requests.get(reviewer, request.id)
    expect(now.state).toBe('in_review')
    expect(now.approvals).toHaveLength(1)
  })

  it('ends in one way when approved and rejected at once', async () => {
    const request = await submitted()
    const sha = headOf(request)
    await Promise.allSettled([
      requests.approve(reviewer, { id: request.id, sha }),
      requests.reject(maintainer, { id: request.id, comment: 'Not now' }),
    ])
    const { state } = await requests.get(member, request.id)
    expect(['approved', 'rejected']).toContain(state)
  })

  it('is withdrawn by its requester only, and gives back what it held', async () => {
    const request = await submitted({ quota: { cpu: '20', memory: '4Gi', gpu: 0, storage: '10Gi' } })
    await expect(requests.cancel(maintainer, request.id)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await requests.cancel(member, request.id)).state).toBe('cancelled')
    await advance.close(request.id)
    expect((await git.getChange(request.pullRequest?.number ?? 0)).state).toBe('closed')
    expect((await submitted()).state).toBe('in_review')
  })

  it('goes on when the Git host comes back', async () => {
    const { id } = await requests.submit(member, draft())
    git.down(true)
    await expect(advance.advance(id)).rejects.toMatchObject({ code: 'integration_unavailable' })
    expect(await requests.get(member, id)).toMatchObject({
      state: 'opening',
      failure: { message: 'The Git host does not answer.' },
    })
    git.down(false)
    await advance.advance(id)
    expect(await requests.get(member, id)).toMatchObject({ state: 'in_review', failure: null })
  })

  it('opens one pull request when two workers take the job', async () => {
    const { id } = await requests.submit(member, draft())
    await Promise.allSettled([advance.advance(id), advance.advance(id), advance.advance(id)])
    await advance.advance(id)
    expect(git.openedChanges).toBe(1)
    expect((await requests.get(member, id)).timeline.filter((entry) => entry.type === 'opened')).toHaveLength(1)
  })

  it('follows what happens on the host by hand', async () => {
    const closed = await submitted()
    git.closeByHand(closed.pullRequest?.number ?? 0)
    await advance.advance(closed.id)
    expect((await requests.get(member, closed.id)).state).toBe('cancelled')

    const merged = await submitted({ purpose: 'second' })
    git.mergeByHand(merged.pullRequest?.number ?? 0)
    await advance.advance(merged.id)
    expect((await requests.get(member, merged.id)).state).toBe('syncing')
  })

  it('needs nobody where it only gives back', async () => {
    await finishedNamespace()
    const less = await requests.submit(
      member,
      RequestDraft.parse({
        kind: 'namespace.change',
        team,
        namespace: `${team}-dev`,
        quota: { cpu: '1', memory: '2Gi', gpu: 0, storage: '10Gi' },
        reason: 'We need less',
      }),
    )
    expect(less.verdict.outcome).toBe('automatic')
    await advance.advance(less.id)
    await applyToCluster(`${team}-dev`)
    await advance.advance(less.id)
    expect((await requests.get(member, less.id)).state).toBe('done')
    const claim = await db.namespaceClaim.findUniqueOrThrow({ where: { name: `${team}-dev` } })
    expect(claim.cpu).toBe(1000n)
  })

  it('deletes a namespace and gives its allowance back', async () => {
    await finishedNamespace()
    const { id } = await requests.submit(
      member,
      RequestDraft.parse({ kind: 'namespace.delete', team, namespace: `${team}-dev`, reason: 'No longer needed' }),
    )
    await advance.advance(id)
    await applyToCluster(`${team}-dev`)
    await advance.advance(id)
    expect((await requests.get(member, id)).state).toBe('done')
    expect(await db.namespaceClaim.findUnique({ where: { name: `${team}-dev` } })).toBeNull()
  })

  it('fails with the reason when the default branch conflicts', async () => {
    const request = await submitted()
    const path = `platform/argocd/appprojects/${team}.yaml`
    git.commitToDefault([{ path, content: 'something: else\n' }])
    await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    await advance.advance(request.id)
    expect(await requests.get(member, request.id)).toMatchObject({
      state: 'failed',
      failure: { remedy: 'Submit the request again.' },
    })
  })

  it('refuses what it cannot read before anything is written', async () => {
    const before = await db.request.count()
    for (const quota of [
      { cpu: '1e3' },
      { cpu: '-1' },
      { memory: '100m' },
      { memory: '1GiB' },
      { gpu: 1.5 },
      { cpu: '١' },
    ]) {
      expect(() => draft({ quota: { cpu: '1', memory: '1Gi', gpu: 0, storage: '1Gi', ...quota } })).toThrow()
    }
    for (const purpose of [
      '',
      'a'.repeat(64),
      'Upper',
      '-dash',
      'dash-',
      'dots.here',
      '..',
      'kube\n',
      'dev',
      'a\u202eb',
    ]) {
      expect(() => draft({ purpose })).toThrow()
    }
    expect(await db.request.count()).toBe(before)
  })

  it('does not exist for a made-up id', async () => {
    await expect(requests.get(member, RequestId.parse('00000000-0000-4000-8000-000000000000'))).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
