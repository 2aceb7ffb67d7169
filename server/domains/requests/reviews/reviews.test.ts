import { describe, expect, it } from 'vitest'
import { makePerson } from '../../../testing/people.ts'
import { headOf, useStory } from '../testing/story.ts'

let lastId = 5000
const account = (login: string) => ({ id: ++lastId, login })

describe('reviews on the Git host', () => {
  const story = useStory()

  async function asked(more: object = {}) {
    const { submitted, db, advance, requests, reviewer, ...rest } = story()
    const request = await submitted(more)
    const number = request.pullRequest?.number ?? 0
    /** A look at the world, as the sweep or a webhook causes it, and what is shown then. */
    const looked = async () => {
      await advance.advance(request.id)
      return requests.get(reviewer, request.id)
    }
    const row = await db.request.findUniqueOrThrow({ where: { id: request.id } })
    return { ...rest, db, advance, requests, reviewer, request, number, looked, branch: row.branch }
  }

  it('count like those in the portal: an approval by a linked reviewer gets it merged', async () => {
    const { git, link, reviewer, number, looked, requests, request, db } = await asked()
    const octo = account('octo')
    await link(reviewer, octo)
    const { sha } = git.review(number, octo, 'approved')
    expect(await looked()).toMatchObject({ state: 'syncing' })
    const now = await requests.get(reviewer, request.id)
    expect(now.approvals).toMatchObject([
      { reviewer: { id: reviewer.userId }, decision: 'approved', sha, source: 'git_host', login: 'octo' },
    ])
    expect(now.timeline.find((entry) => entry.type === 'approve')).toMatchObject({
      actor: { id: reviewer.userId, name: 'Reviewer' },
      detail: 'on the Git host as octo',
    })
    const [audited] = await db.auditEntry.findMany({ where: { action: 'request.approve', objectId: request.id } })
    expect(audited).toMatchObject({ actorId: reviewer.userId, actorName: 'Reviewer' })
    expect(audited?.after).toMatchObject({ where: 'git_host', login: 'octo', account: octo.id, sha })
  })

  it('count once for each person, here and there together', async () => {
    const { git, link, reviewer, number, looked, requests, request, maintainer } = await asked({ environment: 'prod' })
    const octo = account('octo')
    await link(reviewer, octo)
    await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    git.review(number, octo, 'approved')
    git.review(number, octo, 'approved')
    const once = await looked()
    expect(once).toMatchObject({ state: 'in_review', stateLabel: 'Waiting for 1 of 2 approvals' })
    expect(once.approvals).toHaveLength(1)
    expect((await requests.approve(maintainer, { id: request.id, sha: headOf(request) })).state).toBe('approved')
  })

  it('ask for changes here too, until the same person approves or it is dismissed', async () => {
    const { git, link, reviewer, number, looked, db } = await asked({ environment: 'prod' })
    const octo = account('octo')
    await link(reviewer, octo)
    const first = git.review(number, octo, 'changes_requested')
    expect(await looked()).toMatchObject({ state: 'changes_requested' })
    expect(await looked()).toMatchObject({ state: 'changes_requested' })
    git.dismiss(number, first.id)
    const dismissed = await looked()
    expect(dismissed.state).toBe('in_review')
    expect(dismissed.approvals).toMatchObject([{ voidedBecause: 'withdrawn' }])
    git.review(number, octo, 'changes_requested')
    expect((await looked()).state).toBe('changes_requested')
    git.review(number, octo, 'approved')
    const approved = await looked()
    expect(approved).toMatchObject({ state: 'in_review', stateLabel: 'Waiting for 1 of 2 approvals' })
    expect(await db.approval.count({ where: { requestId: approved.id } })).toBe(1)
  })

  it('leave what was said later in the portal alone', async () => {
    const { git, link, reviewer, number, looked, requests, request } = await asked({ environment: 'prod' })
    const octo = account('octo')
    await link(reviewer, octo)
    const there = git.review(number, octo, 'changes_requested')
    expect((await looked()).state).toBe('changes_requested')
    await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    expect((await looked()).state).toBe('in_review')
    git.dismiss(number, there.id)
    expect((await looked()).approvals).toMatchObject([{ decision: 'approved', source: 'portal', voidedAt: null }])
  })

  it('stop counting when they are dismissed', async () => {
    const { git, link, reviewer, number, looked } = await asked({ environment: 'prod' })
    const octo = account('octo')
    await link(reviewer, octo)
    const { id } = git.review(number, octo, 'approved')
    expect((await looked()).stateLabel).toBe('Waiting for 1 of 2 approvals')
    git.dismiss(number, id)
    const now = await looked()
    expect(now.stateLabel).toBe('Waiting for 2 of 2 approvals')
    expect(now.timeline.at(-1)).toMatchObject({ type: 'approval_withdrawn', detail: 'octo on the Git host' })
  })

  it('that are taken back after the last approval and before the merge stop the merge', async () => {
    const { git, link, reviewer, maintainer, number, looked, requests, request } = await asked({ environment: 'prod' })
    const octo = account('octo')
    await link(reviewer, octo)
    const { id } = git.review(number, octo, 'approved')
    await looked()
    const approved = await requests.approve(maintainer, { id: request.id, sha: headOf(request) })
    expect(approved.state).toBe('approved')
    git.dismiss(number, id)
    const now = await looked()
    expect(now).toMatchObject({ state: 'in_review', stateLabel: 'Waiting for 1 of 2 approvals' })
    expect(now.timeline.at(-1)?.title).toBe('No longer enough approvals')
    expect((await git.getChange(number)).state).toBe('open')
  })

  it('are void after a push, and count again only for the new head', async () => {
    const { git, link, reviewer, number, looked, branch, team } = await asked({ environment: 'prod' })
    const octo = account('octo')
    await link(reviewer, octo)
    const old = git.review(number, octo, 'approved')
    await looked()
    const path = `teams/${team}/prod/namespaces/${team}-prod/resourcequota.yaml`
    const right = (await git.readFile(path, branch))?.content ?? ''
    git.push(branch, [{ path, content: `${right}# more\n` }])
    expect((await looked()).approvals).toMatchObject([{ voidedBecause: 'branch_moved' }])
    const moved = git.push(branch, [{ path, content: right }])
    git.review(number, octo, 'approved', old.sha)
    expect((await looked()).stateLabel).toBe('Waiting for 2 of 2 approvals')
    git.review(number, octo, 'approved', moved)
    expect((await looked()).stateLabel).toBe('Waiting for 1 of 2 approvals')
  })

  describe('do not count, and the request says why,', () => {
    it('of an account that nobody here has linked; they count once somebody has', async () => {
      const { git, link, reviewer, number, looked } = await asked()
      const octo = account('octo')
      git.review(number, octo, 'approved')
      const before = await looked()
      expect(before).toMatchObject({ state: 'in_review', approvals: [] })
      expect(before.uncountedReviews).toMatchObject([
        { login: 'octo', decision: 'approved', why: 'who is not linked to an account here' },
      ])
      await link(reviewer, octo)
      expect(await looked()).toMatchObject({ state: 'syncing', uncountedReviews: [] })
    })

    it('of people who may not approve', async () => {
      const { git, link, number, looked, db, team } = await asked()
      const people = {
        member: await makePerson(db, 'Another member', { teams: { [team]: 'member' } }),
        auditor: await makePerson(db, 'Auditor', { platform: ['auditor'] }),
        elsewhere: await makePerson(db, 'Stranger'),
      }
      for (const [login, person] of Object.entries(people)) {
        const theirs = account(login)
        await link(person, theirs)
        git.review(number, theirs, 'approved')
      }
      const now = await looked()
      expect(now).toMatchObject({ state: 'in_review', approvals: [] })
      expect(now.uncountedReviews.map((each) => each.why)).toEqual(Array(3).fill('who may not approve for this team'))
    })

    it('of somebody whose access is disabled', async () => {
      const { git, link, number, looked, db } = await asked()
      const former = await makePerson(db, 'Former reviewer', { platform: ['reviewer'] })
      const theirs = account('former')
      await link(former, theirs)
      await db.user.update({ where: { id: former.userId }, data: { disabledAt: new Date() } })
      git.review(number, theirs, 'approved')
      expect((await looked()).uncountedReviews).toMatchObject([{ why: 'whose access here is disabled' }])
    })

    it('while the branch holds something else than was asked', async () => {
      const { git, link, number, looked, reviewer, branch } = await asked()
      const octo = account('octo')
      await link(reviewer, octo)
      git.push(branch, [{ path: 'teams/surprise.yaml', content: 'a: 1\n' }])
      git.review(number, octo, 'approved')
      const now = await looked()
      expect(now).toMatchObject({ state: 'in_review', approvals: [] })
      expect(now.uncountedReviews).toMatchObject([{ why: 'while the branch holds something else than was asked' }])
    })
  })

  describe('of the requester never count:', () => {
    const theirs = 'whose account is or was the requester’s'

    it('by the account they have linked, even as a maintainer and platform admin', async () => {
      const { db, team, submitted, git, link, advance, requests } = story()
      const admin = await makePerson(db, 'Admin', { platform: ['admin'], teams: { [team]: 'maintainer' } })
      const request = await submitted({}, admin)
      const own = account('own')
      await link(admin, own)
      git.review(request.pullRequest?.number ?? 0, own, 'approved')
      await advance.advance(request.id)
      const now = await requests.get(admin, request.id)
      expect(now).toMatchObject({ state: 'in_review', approvals: [] })
      expect(now.uncountedReviews).toMatchObject([{ login: 'own', why: theirs }])
    })

    it('by an account that they linked after they had approved with it', async () => {
      const { git, link, number, looked, member } = await asked()
      const own = account('own')
      git.review(number, own, 'approved')
      await looked()
      await link(member, own)
      expect((await looked()).uncountedReviews).toMatchObject([{ why: theirs }])
    })

    it('by an account that somebody else has linked since', async () => {
      const { git, link, unlink, number, looked, member, reviewer } = await asked()
      const own = account('own')
      await link(member, own)
      await unlink(own)
      git.review(number, own, 'approved')
      await link(reviewer, own)
      expect((await looked()).uncountedReviews).toMatchObject([{ why: theirs }])
    })

    it('by a login that was renamed: the number is the same', async () => {
      const { git, link, number, looked, member, reviewer } = await asked()
      const own = account('own')
      await link(member, own)
      await link(reviewer, account('renamed'))
      git.review(number, { ...own, login: 'renamed' }, 'approved')
      expect((await looked()).uncountedReviews).toMatchObject([{ login: 'renamed', why: theirs }])
    })
  })

  it('of an account that changes hands count for nobody, and those it was taken from lose theirs', async () => {
    const { git, link, unlink, number, looked, reviewer, maintainer } = await asked({ environment: 'prod' })
    const shared = account('shared')
    await link(reviewer, shared)
    git.review(number, shared, 'approved')
    expect((await looked()).stateLabel).toBe('Waiting for 1 of 2 approvals')
    await unlink(shared)
    expect((await looked()).stateLabel).toBe('Waiting for 2 of 2 approvals')
    await link(maintainer, shared)
    const now = await looked()
    expect(now.stateLabel).toBe('Waiting for 2 of 2 approvals')
    expect(now.uncountedReviews).toMatchObject([{ why: 'whose account has changed hands since this was asked' }])
  })

  it('are taken over once when many workers look at once', async () => {
    const { git, link, reviewer, number, advance, request, requests } = await asked({ environment: 'prod' })
    const octo = account('octo')
    await link(reviewer, octo)
    git.review(number, octo, 'approved')
    await Promise.allSettled(Array.from({ length: 6 }, () => advance.advance(request.id)))
    const now = await requests.get(reviewer, request.id)
    expect(now.timeline.filter((entry) => entry.type === 'approve')).toHaveLength(1)
  })
})

describe('what must be put right on a branch', () => {
  const story = useStory()

  it('still must after somebody asked for changes, and after the Git host was away', async () => {
    const { submitted, git, db, advance, requests, reviewer } = story()
    const request = await submitted()
    const row = await db.request.findUniqueOrThrow({ where: { id: request.id } })
    git.push(row.branch, [{ path: 'teams/surprise.yaml', content: 'a: 1\n' }])
    await advance.advance(request.id)
    const sha = headOf(await requests.get(reviewer, request.id))
    const refused = () =>
      expect(requests.approve(reviewer, { id: request.id, sha })).rejects.toMatchObject({
        code: 'wrong_state',
      })
    await refused()
    await requests.requestChanges(reviewer, { id: request.id, sha, comment: 'Take this out' })
    await refused()
    git.down(true)
    await expect(advance.advance(request.id)).rejects.toMatchObject({ code: 'integration_unavailable' })
    git.down(false)
    await advance.advance(request.id)
    await refused()
    expect((await requests.get(reviewer, request.id)).failure?.message).toContain('surprise.yaml')
  })

  it('is not said of a host that answers again', async () => {
    const { submitted, git, advance, requests, reviewer } = story()
    const request = await submitted()
    git.down(true)
    await expect(advance.advance(request.id)).rejects.toMatchObject({ code: 'integration_unavailable' })
    expect((await requests.get(reviewer, request.id)).failure).not.toBeNull()
    git.down(false)
    await advance.advance(request.id)
    expect((await requests.get(reviewer, request.id)).failure).toBeNull()
  })
})
