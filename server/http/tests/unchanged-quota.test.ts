import { describe, expect, it } from 'vitest'
import { quota, usePortalAtGitHost } from '../../testing/git-host/portal-at-git-host.ts'
import { problemIn } from '../../testing/portal.ts'

describe('a quota that is asked for as it stands', () => {
  const world = usePortalAtGitHost()

  it.each(['/api/v1/requests', '/api/v1/requests/preview'])('is refused with what to do: %s', async (path) => {
    const { db, portal, member, team } = world()
    const namespace = `${team}-dev`
    const held = { cpu: 2000n, memory: 4n * 2n ** 30n, gpu: 0, storage: 10n * 2n ** 30n }
    const claim = { teamSlug: team, environment: 'dev', state: 'active', ...held }
    await db.namespaceClaim.upsert({ where: { name: namespace }, create: { name: namespace, ...claim }, update: claim })
    const body = { kind: 'namespace.change', team, namespace, quota: { ...quota, cpu: '2000m' }, reason: 'As it is' }
    const answer = await portal.ask(member, 'POST', path, { body })
    expect(problemIn(answer)).toMatchObject({
      status: 422,
      code: 'invalid_input',
      detail: `${namespace} has this quota already: 2 CPU, 4Gi of memory and 10Gi of storage.`,
      remedy: 'Change at least one amount, or leave the namespace as it is.',
      fields: [{ field: 'quota', message: 'This is what the namespace has.' }],
    })
    const other = { ...body, quota: { ...quota, cpu: '2500m' } }
    expect((await portal.ask(member, 'POST', '/api/v1/requests/preview', { body: other })).status).toBe(200)
  })
})
