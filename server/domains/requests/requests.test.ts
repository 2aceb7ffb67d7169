import { describe, expect, it } from 'vitest'
import { RequestId } from '../../contracts/names.ts'
import { RequestDraft } from '../../contracts/requests/drafts.ts'
import { headOf, useStory } from './testing/story.ts'

describe('a request', () => {
  const story = useStory()

  it('refuses more than the team has left, and names the field', async () => {
    const { requests, member, draft } = story()
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
    const { requests, member, draft } = story()
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => requests.submit(member, draft())))
    const won = results.filter((result) => result.status === 'fulfilled')
    expect(won).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'name_taken' })
  })

  it('never grants more than the allowance to many who ask at once', async () => {
    const { requests, member, draft } = story()
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
    const { requests, reviewer, submitted } = story()
    const request = await submitted({ environment: 'prod' })
    const sha = headOf(request)
    await Promise.allSettled(Array.from({ length: 5 }, () => requests.approve(reviewer, { id: request.id, sha })))
    const now = await requests.get(reviewer, request.id)
    expect(now.state).toBe('in_review')
    expect(now.approvals).toHaveLength(1)
  })

  it('ends in one way when approved and rejected at once', async () => {
    const { requests, member, maintainer, reviewer, submitted } = story()
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
    const { git, requests, advance, member, maintainer, submitted } = story()
    const request = await submitted({ quota: { cpu: '20', memory: '4Gi', gpu: 0, storage: '10Gi' } })
    await expect(requests.cancel(maintainer, request.id)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await requests.cancel(member, request.id)).state).toBe('cancelled')
    await advance.close(request.id)
    expect((await git.getChange(request.pullRequest?.number ?? 0)).state).toBe('closed')
    expect((await submitted()).state).toBe('in_review')
  })

  it('goes on when the Git host comes back', async () => {
    const { git, requests, advance, member, draft } = story()
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
    const { git, requests, advance, member, draft } = story()
    const { id } = await requests.submit(member, draft())
    await Promise.allSettled([advance.advance(id), advance.advance(id), advance.advance(id)])
    await advance.advance(id)
    expect(git.openedChanges).toBe(1)
    expect((await requests.get(member, id)).timeline.filter((entry) => entry.type === 'opened')).toHaveLength(1)
  })

  it('follows what happens on the host by hand', async () => {
    const { git, requests, advance, member, submitted } = story()
    const closed = await submitted()
    git.closeByHand(closed.pullRequest?.number ?? 0)
    await advance.advance(closed.id)
    expect((await requests.get(member, closed.id)).state).toBe('cancelled')

    const merged = await submitted({ purpose: 'second' })
    git.mergeByHand(merged.pullRequest?.number ?? 0)
    await advance.advance(merged.id)
    expect((await requests.get(member, merged.id)).state).toBe('syncing')
  })

  it('refuses a quota that changes nothing, and says what the namespace has', async () => {
    const { db, requests, team, member, resizing, finishedNamespace } = story()
    await finishedNamespace()
    const before = await db.request.count()
    const same = resizing({ cpu: '2000m', memory: '4096Mi' })
    const refusal = {
      code: 'invalid_input',
      message: `${team}-dev has this quota already: 2 CPU, 4Gi of memory and 10Gi of storage.`,
      explanation: { remedy: 'Change at least one amount, or leave the namespace as it is.' },
    }
    await expect(requests.submit(member, same)).rejects.toMatchObject(refusal)
    await expect(requests.preview(member, same)).rejects.toMatchObject(refusal)
    expect(await db.request.count()).toBe(before)
  })

  it('needs nobody where it only gives back', async () => {
    const { db, requests, advance, team, member, resizing, applyToCluster, finishedNamespace } = story()
    await finishedNamespace()
    const less = await requests.submit(member, resizing({ cpu: '1', memory: '2Gi' }))
    expect(less.verdict.outcome).toBe('automatic')
    await advance.advance(less.id)
    await applyToCluster(`${team}-dev`)
    await advance.advance(less.id)
    expect((await requests.get(member, less.id)).state).toBe('done')
    const claim = await db.namespaceClaim.findUniqueOrThrow({ where: { name: `${team}-dev` } })
    expect(claim.cpu).toBe(1000n)
  })

  it('deletes a namespace and gives its allowance back', async () => {
    const { db, requests, advance, team, member, applyToCluster, finishedNamespace } = story()
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
    const { git, requests, advance, team, member, reviewer, submitted } = story()
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
    const { db, draft } = story()
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
    const { requests, member } = story()
    await expect(requests.get(member, RequestId.parse('00000000-0000-4000-8000-000000000000'))).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
