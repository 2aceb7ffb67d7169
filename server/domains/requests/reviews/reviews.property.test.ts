/**
 * Whatever order people review, push, link and dismiss in, whichever webhooks are lost or doubled: nobody's own approval
 * counts, a quorum is of distinct persons, and polling alone ends where the rules say.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HostAccount, Review } from '../../../ports/git-host.ts'
import { makePerson, makeTeam } from '../../../testing/people.ts'
import { blockageOf } from '../lifecycle/blockage.ts'
import { headOf, useStory } from '../testing/story.ts'

const people = ['requester', 'reviewer', 'maintainer', 'second', 'member'] as const
const accounts = ['one', 'two', 'three', 'four'] as const
type PersonName = (typeof people)[number]
type AccountName = (typeof accounts)[number]

const account = fc.constantFrom(...accounts)
const anybody = fc.constantFrom(...people)
const opinion = fc.constantFrom('approved', 'approved', 'approved', 'changes_requested', 'commented')
const seldom = fc.integer({ min: 0, max: 5 }).map((number) => number === 0)
const a = <Kind extends string, Fields extends object>(
  kind: Kind,
  fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> },
) => fc.record(fields).map((each) => ({ kind, ...each }))

const Step = fc.oneof(
  { weight: 6, arbitrary: a('review', { by: account, state: opinion, stale: seldom }) },
  { weight: 3, arbitrary: a('portal', { by: anybody }) },
  // How often somebody looks: not at all when the webhook is lost, several at once when it is doubled.
  { weight: 3, arbitrary: a('look', { times: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: a('dismiss', { by: account }) },
  { weight: 1, arbitrary: a('link', { who: anybody, as: account }) },
  { weight: 1, arbitrary: a('unlink', { as: account }) },
  { weight: 1, arbitrary: a('push', { honest: fc.boolean() }) },
)
type Step = typeof Step extends fc.Arbitrary<infer Value> ? Value : never

describe('approvals from two places', () => {
  const story = useStory()

  it('are of distinct persons, never the requester’s, and those that stand at the head', async () => {
    await fc.assert(fc.asyncProperty(fc.array(Step, { minLength: 4, maxLength: 18 }), tell), { numRuns: 60 })
  }, 120_000)

  async function tell(steps: Step[]): Promise<void> {
    const { db, git, requests, advance, submitted, link, unlink } = story()
    const team = await makeTeam(db)
    const person = async (platform: 'reviewer' | null, role: 'maintainer' | 'member' | null, name: string) =>
      makePerson(db, name, { platform: platform ? [platform] : [], teams: role ? { [team]: role } : {} })
    const actors = {
      // They could approve anything, were it not their own.
      requester: await person('reviewer', 'maintainer', 'Requester'),
      reviewer: await person('reviewer', null, 'Reviewer'),
      maintainer: await person(null, 'maintainer', 'Maintainer'),
      second: await person(null, 'maintainer', 'Second maintainer'),
      member: await person(null, 'member', 'Member'),
    }
    const mayApprove: PersonName[] = ['reviewer', 'maintainer', 'second']
    const hostAccounts = new Map<AccountName, HostAccount>(
      accounts.map((login) => [login, { id: Math.floor(Math.random() * 2 ** 40), login: `${login}-${team}` }]),
    )
    const accountOf = (name: AccountName) => hostAccounts.get(name) ?? { id: 0, login: '' }
    const request = await submitted({ team, environment: 'prod' }, actors.requester)
    const number = request.pullRequest?.number ?? 0
    const row = await db.request.findUniqueOrThrow({ where: { id: request.id } })
    const first = headOf(request)
    const path = `teams/${team}/prod/namespaces/${row.namespace}/resourcequota.yaml`
    const asked = (await git.readFile(path, row.branch))?.content ?? ''

    // What has truly happened, apart from what the portal makes of it.
    const reviews: { id: number; by: AccountName; state: Review['state']; sha: string }[] = []
    const holders = new Map<AccountName, PersonName[]>()
    const current = new Map<AccountName, PersonName>()

    async function take(step: Step): Promise<void> {
      const closed = (await git.getChange(number)).state !== 'open'
      switch (step.kind) {
        case 'review': {
          if (closed) return
          const sha = step.stale ? first : (await git.getChange(number)).headSha
          const { id } = git.review(number, accountOf(step.by), step.state, sha)
          if (step.state !== 'commented') reviews.push({ id, by: step.by, state: step.state, sha })
          return
        }
        case 'dismiss': {
          const given = reviews.findLast((each) => each.by === step.by)
          if (!given || closed) return
          git.dismiss(number, given.id)
          given.state = 'dismissed'
          return
        }
        case 'portal': {
          const now = await requests.get(actors.requester, request.id)
          await requests.approve(actors[step.by], { id: request.id, sha: headOf(now) }).catch(() => undefined)
          return
        }
        case 'link':
          if (current.has(step.as) || [...current.values()].includes(step.who)) return
          await link(actors[step.who], accountOf(step.as))
          current.set(step.as, step.who)
          holders.set(step.as, [...(holders.get(step.as) ?? []), step.who])
          return
        case 'unlink':
          await unlink(accountOf(step.as))
          current.delete(step.as)
          return
        case 'push':
          if (closed) return
          git.push(row.branch, [{ path, content: step.honest ? asked : `${asked}# not asked for\n` }])
          return
        case 'look':
          await Promise.allSettled(Array.from({ length: step.times }, () => advance.advance(request.id)))
      }
    }

    /** The accounts whose approval counts at a head, by the rules alone. */
    const counting = (sha: string): PersonName[] =>
      accounts.flatMap((name) => {
        const holder = current.get(name)
        const latest = reviews.findLast((each) => each.by === name)
        const held = holders.get(name) ?? []
        const single = held.every((each) => each === holder)
        return holder && mayApprove.includes(holder) && single && latest?.state === 'approved' && latest.sha === sha
          ? [holder]
          : []
      })

    async function check(): Promise<void> {
      const now = await db.request.findUniqueOrThrow({ where: { id: request.id }, include: { approvals: true } })
      const valid = now.approvals.filter(
        (each) => each.decision === 'approved' && each.voidedAt === null && each.sha === now.headSha,
      )
      const who = valid.map((each) => each.reviewerId)
      expect(new Set(who).size).toBe(who.length)
      expect(now.approvals.map((each) => each.reviewerId)).not.toContain(actors.requester.userId)
      const allowed = mayApprove.map((name) => actors[name].userId)
      for (const each of who) expect(allowed).toContain(each)
      if (['approved', 'merging', 'syncing', 'done'].includes(now.state)) {
        expect(who.length).toBeGreaterThanOrEqual(2)
        expect(who).toContain(actors.reviewer.userId)
      }
      if ((await git.getChange(number)).state === 'merged') expect((await git.readFile(path))?.content).toBe(asked)
    }

    const begins: Step[] = [
      { kind: 'link', who: 'reviewer', as: 'one' },
      { kind: 'link', who: 'maintainer', as: 'two' },
      { kind: 'link', who: 'requester', as: 'three' },
    ]
    for (const step of [...begins, ...steps]) {
      await take(step)
      await check()
    }
    // Every webhook may have been lost: looking by itself is enough.
    await advance.advance(request.id)
    await check()
    const end = await db.request.findUniqueOrThrow({ where: { id: request.id }, include: { approvals: true } })
    if (end.state !== 'in_review') return
    const there = blockageOf(end) ? [] : counting(end.headSha ?? '')
    const here = end.approvals.filter((each) => each.sha === end.headSha && each.voidedAt === null)
    for (const name of there) expect(here.map((each) => each.reviewerId)).toContain(actors[name].userId)
    const fromThere = here.filter((each) => each.source === 'git_host' && each.decision === 'approved')
    expect(fromThere.every((each) => there.some((name) => actors[name].userId === each.reviewerId))).toBe(true)
  }
})
