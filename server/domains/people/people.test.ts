import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTeam, setMember } from '../../contracts/people.ts'
import { createFoundation, type Foundation } from '../../foundation.ts'
import { systemActor } from '../../permissions/actor.ts'
import type { Clock } from '../../ports/clock.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { newSlug, testConfig } from '../../testing/portal.ts'
import type { Identity } from './people.ts'

const identity = (more: Partial<Identity> = {}): Identity => ({
  issuer: 'https://id.example',
  subject: randomUUID(),
  name: 'Somebody',
  email: 'somebody@example.com',
  groups: [],
  ...more,
})

describe('people', () => {
  const database = testDatabase()
  let portal: Foundation
  /** The same database as another replica sees it. */
  let replica: Foundation
  let now = Date.now()
  const clock: Clock = { now: () => new Date(now) }
  beforeAll(() => {
    const config = testConfig(database.url)
    portal = createFoundation(config, { clock })
    replica = createFoundation(config, { clock })
  })
  afterAll(() => Promise.all([portal.db.$disconnect(), replica.db.$disconnect()]))

  const actorOf = (session: Parameters<Foundation['people']['actorOf']>[0], where = portal) =>
    where.people.actorOf(session, null)

  it('are known by issuer and subject, whatever else changes', async () => {
    const first = await portal.people.signIn(identity({ subject: 's-1', name: 'Old name', email: 'old@example.com' }))
    const again = await portal.people.signIn(identity({ subject: 's-1', name: 'New name', email: 'new@example.com' }))
    const namesake = await portal.people.signIn(identity({ subject: 's-2', email: 'new@example.com' }))
    const elsewhere = await portal.people.signIn(identity({ subject: 's-1', issuer: 'https://other.example' }))
    expect(again.userId).toBe(first.userId)
    expect(new Set([first.userId, namesake.userId, elsewhere.userId]).size).toBe(3)
    expect((await actorOf(again))?.name).toBe('New name')
  })

  it('are one person when they sign in for the first time in two windows at once', async () => {
    const who = identity()
    const sessions = await Promise.all([1, 2, 3, 4].map(() => portal.people.signIn(who)))
    expect(new Set(sessions.map((each) => each.userId)).size).toBe(1)
  })

  it('get their roles from their groups, anew at each sign-in', async () => {
    const slug = await makeTeam(portal.db)
    const who = identity({ groups: [`team-${slug}-members`, 'platform-reviewers'] })
    const session = await portal.people.signIn(who)
    expect(await actorOf(session)).toMatchObject({ platformRoles: ['reviewer'], teams: new Map([[slug, 'member']]) })
    await portal.people.signIn({ ...who, groups: [`team-${slug}-maintainers`] })
    expect(await actorOf(session)).toMatchObject({ platformRoles: [], teams: new Map([[slug, 'maintainer']]) })
    await portal.people.signIn({ ...who, groups: [] })
    expect(await actorOf(session)).toMatchObject({ platformRoles: [], teams: new Map() })
  })

  it('keep what a maintainer gave them when their groups change', async () => {
    const slug = await makeTeam(portal.db)
    const admin = await makePerson(portal.db, 'Admin', { platform: ['admin'] })
    const who = identity()
    const session = await portal.people.signIn(who)
    await portal.teams.setMember(admin, { team: slug, user: session.userId, role: 'member' })
    await portal.people.signIn({ ...who, groups: [] })
    expect((await actorOf(session))?.teams.get(slug)).toBe('member')
  })

  it('are in a team that is made after their groups named it', async () => {
    const slug = newSlug()
    const session = await portal.people.signIn(identity({ groups: [`team-${slug}-members`] }))
    const quota = { cpu: '1', memory: '1Gi', gpu: 0, storage: '0Gi' }
    const allowances = { dev: quota, staging: quota, prod: quota }
    const input = { slug, name: 'A late team', costCentre: 'CC-1', onCall: '#on-call', allowances }
    await portal.teams.create(systemActor('seed'), createTeam.input.parse(input))
    expect((await actorOf(session))?.teams.get(slug)).toBe('member')
  })

  it('are out everywhere within a minute after signing out everywhere', async () => {
    const session = await portal.people.signIn(identity())
    const actor = await actorOf(session)
    expect(await actorOf(session, replica)).toBeDefined()
    if (!actor) throw new Error('They should be in')
    await portal.people.signOutEverywhere(actor)
    expect(await actorOf(session)).toBeUndefined()
    now += 30_000
    expect(await actorOf(session, replica)).toBeUndefined()
  })

  it('lose a team, a role or all access on every replica within a minute', async () => {
    const admin = await makePerson(portal.db, 'Admin', { platform: ['admin'] })
    const team = await makeTeam(portal.db)
    const { userId } = await makePerson(portal.db, 'Member', { teams: { [team]: 'member' } })
    const session = { userId, sessionVersion: 1 }
    const there = async () => (await actorOf(session, replica))?.teams.get(team) ?? null
    const minuteLater = () => {
      now += 60_000
      return there()
    }
    expect(await there()).toBe('member')
    await portal.teams.setMember(admin, setMember.input.parse({ team, user: userId, role: 'viewer' }))
    expect(await minuteLater()).toBe('viewer')
    await portal.teams.removeMember(admin, { team, user: userId })
    expect(await minuteLater()).toBeNull()
    await portal.people.setAccess(admin, { user: userId, enabled: false, reason: 'Left the company' })
    now += 60_000
    expect(await actorOf(session, replica)).toBeUndefined()
  })

  it('are kept out with their sessions once disabled, and cannot sign in', async () => {
    const admin = await makePerson(portal.db, 'Admin', { platform: ['admin'] })
    const who = identity()
    const session = await portal.people.signIn(who)
    await portal.people.setAccess(admin, { user: session.userId, enabled: false, reason: 'Left the company' })
    expect(await actorOf(session)).toBeUndefined()
    await expect(portal.people.signIn(who)).rejects.toMatchObject({ code: 'forbidden' })
    await portal.people.setAccess(admin, { user: session.userId, enabled: true, reason: 'Came back' })
    expect(await actorOf(session)).toBeUndefined()
    expect(await actorOf(await portal.people.signIn(who))).toBeDefined()
  })

  it('cannot shut themselves out', async () => {
    const admin = await makePerson(portal.db, 'Admin', { platform: ['admin'] })
    const { userId: user } = admin
    await expect(portal.people.setAccess(admin, { user, enabled: false, reason: 'Oh' })).rejects.toMatchObject({
      code: 'wrong_state',
    })
  })

  it('are found by a part of the name, page by page', async () => {
    const word = randomUUID().slice(0, 8)
    for (const number of [1, 2, 3]) await makePerson(portal.db, `${word} ${number}`)
    const actor = systemActor('test')
    const first = await portal.people.find(actor, { q: word.toUpperCase(), limit: 2 })
    const second = await portal.people.find(actor, { q: word, limit: 2, cursor: first.nextCursor ?? '' })
    expect([...first.items, ...second.items].map((each) => each.name)).toEqual([1, 2, 3].map((n) => `${word} ${n}`))
    expect(second.nextCursor).toBeNull()
    expect((await portal.people.find(actor, { q: '%', limit: 50 })).items).toEqual([])
  })
})
