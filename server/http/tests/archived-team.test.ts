/** A team that is archived can be read; nothing in it can be made or changed any more, on whatever road. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../permissions/actor.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { problemIn, startPortal, type TestPortal } from '../../testing/portal.ts'

describe('an archived team', () => {
  const database = testDatabase()
  let portal: TestPortal
  let maintainer: Actor
  let team: string

  beforeAll(async () => {
    portal = await startPortal(database.url)
    team = await makeTeam(portal.services.db)
    maintainer = await makePerson(portal.services.db, 'Maintainer', { teams: { [team]: 'maintainer' } })
    const admin = await makePerson(portal.services.db, 'Admin', { platform: ['admin'] })
    expect((await change('POST', '/models', { name: 'iris' })).status).toBe(201)
    expect((await portal.ask(admin, 'POST', `/api/v1/teams/${team}/archive`, { body: {} })).status).toBe(200)
  })
  afterAll(() => portal.stop())

  const change = (method: string, path: string, body?: object) =>
    portal.ask(maintainer, method, `/api/v1/teams/${team}${path}`, body ? { body } : {})

  it.each([
    ['a model', 'POST', '/models', { name: 'another' }],
    ['an upload', 'POST', '/models/iris/uploads', { fileName: 'model.onnx', sizeBytes: 10 }],
    ['a token', 'POST', '/tokens', { name: 'nightly', days: 30, scopes: ['read'] }],
  ])('does not take %s', async (_what, method, path, body) => {
    expect(problemIn(await change(method, path, body))).toMatchObject({
      code: 'wrong_state',
      detail: `Team ${team} is archived.`,
    })
  })

  it('does not take a version in one go', async () => {
    const raw = new Uint8Array(10)
    const headers = { 'content-type': 'application/octet-stream' }
    const answer = await portal.ask(maintainer, 'POST', `/api/v1/teams/${team}/models/iris/versions`, { raw, headers })
    expect(problemIn(answer).code).toBe('wrong_state')
  })

  it.each(['', '/models', '/models/iris', '/tokens', '/members', '/namespaces', '/deployments', '/allowance-use'])(
    'can be read: %s',
    async (path) => {
      expect((await change('GET', path)).status).toBe(200)
    },
  )
})
