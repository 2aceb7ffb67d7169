import { describe, expect, it } from 'vitest'
import { RequestSort } from '../../../contracts/requests.ts'
import { makePerson } from '../../../testing/people.ts'
import { headOf, useStory } from '../testing/story.ts'

describe('requests that wait for somebody', () => {
  const story = useStory()

  it('fill their pages, in every order, whatever else is in review', async () => {
    const { db, requests, advance, member, maintainer, reviewer, draft, submitted, team } = story()
    const both = await makePerson(db, 'Both', { platform: ['reviewer'], teams: { [team]: 'member' } })
    const quota = { cpu: '1', memory: '1Gi', gpu: 0, storage: '1Gi' }
    // Of nine, three are their own and three they have approved already.
    for (let turn = 0; turn < 9; turn++) {
      const by = turn % 3 === 0 ? both : member
      const { id } = await requests.submit(by, draft({ environment: 'prod', purpose: `w${turn}`, quota }))
      await advance.advance(id)
      const sha = headOf(await requests.get(by, id))
      if (turn % 3 === 1) await requests.approve(both, { id, sha })
    }
    await submitted({ purpose: 'rejected', quota }).then(({ id }) => requests.reject(reviewer, { id, comment: 'No' }))
    const readers = [both, reviewer, maintainer, member].map((actor, place) => ({
      actor,
      waiting: [3, 9, 9, 0][place],
    }))
    for (const { actor, waiting } of readers) {
      const all = await requests.list(actor, { team, limit: 200, sort: 'number' })
      const wanted = all.items.filter((each) => each.waitingForMe).map((each) => each.id)
      expect(wanted).toHaveLength(waiting ?? 0)
      for (const sort of RequestSort.options) {
        const seen: string[] = []
        let cursor: string | undefined
        do {
          const page = await requests.list(actor, { team, waitingForMe: true, limit: 2, sort, cursor })
          expect(page.items.length === 2 || page.nextCursor === null).toBe(true)
          seen.push(...page.items.map((each) => each.id))
          cursor = page.nextCursor ?? undefined
        } while (cursor)
        expect(new Set(seen)).toEqual(new Set(wanted))
        expect(seen).toHaveLength(wanted.length)
      }
    }
  })

  it('come back when the branch moves on, and not for a token that cannot approve', async () => {
    const { git, db, requests, advance, reviewer, submitted, team } = story()
    const request = await submitted({ environment: 'prod' })
    const waiting = async (actor = reviewer) =>
      (await requests.list(actor, { team, waitingForMe: true, limit: 50, sort: 'number' })).items.map((each) => each.id)
    await requests.approve(reviewer, { id: request.id, sha: headOf(request) })
    expect(await waiting()).toEqual([])
    const { branch } = await db.request.findUniqueOrThrow({ where: { id: request.id } })
    git.push(branch, [{ path: 'teams/x.yaml', content: 'a: 1\n' }])
    await advance.advance(request.id)
    expect(await waiting()).toEqual([request.id])
    expect(await waiting({ ...reviewer, kind: 'token', scopes: ['read'] })).toEqual([])
  })

  it('finds a percent sign where there is one', async () => {
    const { requests, member, submitted, team } = story()
    await submitted()
    const found = async (q: string) =>
      (await requests.list(member, { team, q, limit: 50, sort: 'number' })).items.length
    expect([await found('-dev'), await found('%'), await found('_')]).toEqual([1, 0, 0])
  })
})
