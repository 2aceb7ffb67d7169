import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getTeam } from '../../contracts/people.ts'
import { createDatabase } from '../../database/database.ts'
import type { Actor } from '../../permissions/actor.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { problemIn, startPortal, type TestPortal } from '../../testing/portal.ts'
import { type TcpProxy, tcpProxy } from '../../testing/tcp-proxy.ts'
import { createApi } from '../api.ts'
import { sessionCookie } from '../guards/session.ts'
import { handlers } from '../handlers/all.ts'

describe('a database that goes away', () => {
  const database = testDatabase()
  let proxy: TcpProxy
  let portal: TestPortal
  let admin: Actor
  let team: string
  let cookie: string
  beforeAll(async () => {
    const direct = createDatabase(database.url, { connections: 1 })
    team = await makeTeam(direct)
    admin = await makePerson(direct, 'Admin', { platform: ['admin'] })
    await direct.$disconnect()
    proxy = await tcpProxy(database.url)
    portal = await startPortal(proxy.url)
    if (!admin.userId) throw new Error('The admin has an id')
    const claims = { userId: admin.userId, sessionVersion: 1, signedInAt: Math.floor(Date.now() / 1000) }
    cookie = (await sessionCookie(claims, portal.services.config)).split(';')[0] ?? ''
  }, 60_000)
  afterAll(async () => {
    await proxy.mend().catch(() => undefined) // it may be up
    await portal.stop()
    await proxy.cut()
  })

  const read = () => {
    const request = new Request(`https://portal.example/api/v1/teams/${team}`, { headers: { cookie } })
    return createApi(portal.services, handlers).respond(getTeam, request)
  }

  it('is answered with 503 and when to ask again, and everything works within 5 s once it is back', async () => {
    expect((await read()).status).toBe(200)
    await proxy.cut()
    for (let tries = 0; tries < 5; tries += 1) {
      const response = await read()
      const problem = problemIn({
        ...response,
        headers: response.headers,
        status: response.status,
        text: '',
        body: await response.json(),
      })
      expect(problem).toMatchObject({ status: 503, code: 'database_unavailable', retryAfterSeconds: 2 })
      expect(response.headers.get('retry-after')).toBe('2')
    }
    await proxy.mend()
    const back = Date.now()
    await expect.poll(async () => (await read()).status, { timeout: 5000 }).toBe(200)
    expect(Date.now() - back).toBeLessThan(5000)
  })

  it('is answered alike when it goes away under many requests at once', async () => {
    const during = Promise.all(Array.from({ length: 40 }, read))
    await proxy.cut()
    expect([...new Set((await during).map((each) => each.status))].every((status) => [200, 503].includes(status))).toBe(
      true,
    )
    await proxy.mend()
    await expect.poll(async () => (await read()).status, { timeout: 5000 }).toBe(200)
  })
})
