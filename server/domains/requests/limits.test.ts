import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { RequestDraft } from '../../contracts/requests/drafts.ts'
import { bareSignature } from '../../testing/samples.ts'
import { headOf, useStory } from './testing/story.ts'

describe('the limits of a deployment', () => {
  const story = useStory()

  it('are the usual ones for a deployment that names none, and stay what they are when it is changed', async () => {
    const { db, git, requests, advance, team, member, reviewer, finishedNamespace } = story()
    await finishedNamespace()
    const { id: teamId } = await db.team.findUniqueOrThrow({ where: { slug: team } })
    const version = { version: 1, digest: 'a'.repeat(64), sizeBytes: 1n, signature: bareSignature }
    await db.model.create({ data: { teamId, name: 'churn', versions: { create: version } } })
    const place = { team, namespace: `${team}-dev`, model: 'churn', traffic: [{ version: 1 }], reason: 'To use it' }
    const limitsAfter = async (draft: object) => {
      const { id } = await requests.submit(member, RequestDraft.parse({ ...place, ...draft }))
      await advance.advance(id)
      await requests.approve(reviewer, { id, sha: headOf(await requests.get(member, id)) })
      await advance.advance(id)
      const row = await db.request.update({ where: { id }, data: { state: 'done', openTarget: null } })
      const [file] = await git.readTree(`teams/${team}/dev/models`)
      const object = parse((await git.readFile(file?.path ?? ''))?.content ?? '')
      expect(object.spec.limits ?? null).toEqual(Reflect.get(Object(row.desired), 'limits'))
      return object.spec.limits
    }
    const usual = { concurrency: 16, requestsPerSecond: 200, timeoutMilliseconds: 10_000 }
    expect(await limitsAfter({ kind: 'model.deploy' })).toEqual(usual)
    const own = { concurrency: 4, requestsPerSecond: 50, timeoutMilliseconds: 2000 }
    expect(await limitsAfter({ kind: 'model.change', limits: own })).toEqual(own)
    expect(await limitsAfter({ kind: 'model.change' })).toEqual(own)
  })
})
