import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { UserId } from '../../contracts/names.ts'
import { createTeamToken, createToken, listTeamTokens, listTokens } from '../../contracts/tokens.ts'
import { createFoundation, type Foundation } from '../../foundation.ts'
import type { Actor } from '../../permissions/actor.ts'
import { allows } from '../../permissions/permissions.ts'
import type { Clock } from '../../ports/clock.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { testConfig } from '../../testing/portal.ts'
import { looksLikeSecret, makeSecret, prefixOf } from './secret.ts'

describe('a token’s secret', () => {
  it('can be told from a look-alike', () => {
    const secret = makeSecret('pat')
    expect(secret).toMatch(/^modelyard_pat_[0-9A-Za-z]{49}$/)
    expect(looksLikeSecret(secret)).toBe(true)
    const other = secret.endsWith('0') ? '1' : '0'
    expect(looksLikeSecret(`${secret.slice(0, -1)}${other}`)).toBe(false)
    expect(looksLikeSecret(secret.replace('pat', 'team'))).toBe(false)
    expect(secret.startsWith(prefixOf(secret))).toBe(true)
    expect(prefixOf(secret)).toHaveLength('modelyard_pat_'.length + 4)
  })
})

const newestFirst = listTokens.input.parse({})

describe('tokens', () => {
  const database = testDatabase()
  let portal: Foundation
  let team: string
  let maintainer: Actor & { userId: UserId }
  let now = Date.now()
  const clock: Clock = { now: () => new Date(now) }
  beforeAll(() => {
    portal = createFoundation(testConfig(database.url), { clock })
  })
  afterAll(() => portal.db.$disconnect())
  beforeEach(async () => {
    team = await makeTeam(portal.db)
    maintainer = await makePerson(portal.db, 'Maintainer', { teams: { [team]: 'maintainer' } })
  })

  const personal = (more: object = {}) => createToken.input.parse({ name: 'CI', scopes: ['read'], ...more })
  const ofTeam = (more: object = {}) => createTeamToken.input.parse({ team, name: 'CI', scopes: ['read'], ...more })
  const actorOf = (secret: string) => portal.tokens.actorOf(secret, null)

  it('are told once and kept as a hash', async () => {
    const { secret, id } = await portal.tokens.createOwn(maintainer, personal())
    const rows = JSON.stringify(await portal.db.apiToken.findMany())
    const audit = JSON.stringify(await portal.db.auditEntry.findMany({ select: { after: true, objectId: true } }))
    expect(rows).not.toContain(secret.slice(-20))
    expect(audit).toContain(id)
    expect(audit).not.toContain(secret.slice(-20))
    expect(JSON.stringify(await portal.tokens.listOwn(maintainer, newestFirst))).not.toContain(secret.slice(-20))
  })

  it('act as their maker, within their scopes', async () => {
    const { secret } = await portal.tokens.createOwn(maintainer, personal({ scopes: ['read', 'read'] }))
    const actor = await actorOf(secret)
    expect(actor).toMatchObject({ kind: 'token', userId: maintainer.userId, scopes: ['read'] })
    if (!actor) throw new Error('The token should work')
    expect(allows(actor, 'team.read', team).allowed).toBe(true)
    expect(allows(actor, 'member.set', team).allowed).toBe(false)
  })

  it('of a team act as a member of it alone', async () => {
    const other = await makeTeam(portal.db)
    const both = await makePerson(portal.db, 'Both', {
      platform: ['admin'],
      teams: { [team]: 'maintainer', [other]: 'maintainer' },
    })
    const { secret } = await portal.tokens.createForTeam(both, ofTeam({ scopes: ['read', 'requests'] }))
    expect(secret).toMatch(/^modelyard_team_/)
    expect(await actorOf(secret)).toMatchObject({ teams: new Map([[team, 'member']]), platformRoles: [] })
    expect(createTeamToken.input.safeParse({ team, name: 'CI', scopes: ['approvals'] }).success).toBe(false)
  })

  it('stop when they expire', async () => {
    const { secret } = await portal.tokens.createOwn(maintainer, personal({ days: 1 }))
    expect(await actorOf(secret)).toBeDefined()
    now += 25 * 60 * 60_000
    expect(await actorOf(secret)).toBeUndefined()
  })

  it('stop when they are revoked, one or all', async () => {
    const [one, two, three] = await Promise.all([1, 2, 3].map(() => portal.tokens.createOwn(maintainer, personal())))
    if (!one || !two || !three) throw new Error('Three were made')
    expect(await actorOf(one.secret)).toBeDefined()
    await portal.tokens.revokeOwn(maintainer, one.id)
    expect(await actorOf(one.secret)).toBeUndefined()
    expect(await portal.tokens.revokeAllOwn(maintainer)).toEqual({ revoked: 2 })
    expect(await actorOf(three.secret)).toBeUndefined()
    expect((await portal.tokens.listOwn(maintainer, newestFirst)).items.map((each) => each.state)).toEqual(
      Array(3).fill('revoked'),
    )
  })

  it('stop with their maker: out of the team, or shut out', async () => {
    const admin = await makePerson(portal.db, 'Admin', { platform: ['admin'] })
    const member = await makePerson(portal.db, 'Member', { teams: { [team]: 'member' } })
    const { secret } = await portal.tokens.createOwn(member, personal())
    expect((await actorOf(secret))?.teams.size).toBe(1)
    await portal.teams.removeMember(maintainer, { team, user: member.userId })
    expect((await actorOf(secret))?.teams.size).toBe(0)
    await portal.people.setAccess(admin, { user: member.userId, enabled: false, reason: 'Left the company' })
    expect(await actorOf(secret)).toBeUndefined()
  })

  it('say when they were used last', async () => {
    const { secret } = await portal.tokens.createOwn(maintainer, personal())
    await actorOf(secret)
    const [token] = (await portal.tokens.listOwn(maintainer, newestFirst)).items
    expect(token?.lastUsedAt).toBe(new Date(now).toISOString())
  })

  it('are their owner’s to see and revoke', async () => {
    const stranger = await makePerson(portal.db, 'Stranger')
    const { id } = await portal.tokens.createOwn(maintainer, personal())
    await expect(portal.tokens.revokeOwn(stranger, id)).rejects.toMatchObject({ code: 'not_found' })
    const member = await makePerson(portal.db, 'Member', { teams: { [team]: 'member' } })
    await expect(portal.tokens.listOfTeam(member, listTeamTokens.input.parse({ team }))).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(portal.tokens.listOfTeam(stranger, listTeamTokens.input.parse({ team }))).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('cannot make more tokens, nor be heaped up without end', async () => {
    const { secret } = await portal.tokens.createOwn(maintainer, personal({ scopes: ['read', 'teams'] }))
    const actor = await actorOf(secret)
    if (!actor) throw new Error('The token should work')
    await expect(portal.tokens.createOwn(actor, personal())).rejects.toMatchObject({ code: 'forbidden' })
    for (let made = 1; made < 50; made += 1) await portal.tokens.createOwn(maintainer, personal())
    await expect(portal.tokens.createOwn(maintainer, personal())).rejects.toMatchObject({ code: 'wrong_state' })
  })
})
