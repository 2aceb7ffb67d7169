import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { UserId } from '../../contracts/names.ts'
import { AllowanceInput, createTeam, setMember, updateTeam } from '../../contracts/people.ts'
import { createFoundation, type Foundation } from '../../foundation.ts'
import type { Actor } from '../../permissions/actor.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { newSlug, testConfig } from '../../testing/portal.ts'

const quota = { cpu: '20', memory: '64Gi', gpu: 4, storage: '0Gi' }
const allowances = { dev: quota, staging: quota, prod: { ...quota, cpu: '0', memory: '0Gi', gpu: 0 } }
const draft = (slug: string) =>
  createTeam.input.parse({ slug, name: 'A team', costCentre: 'CC-1', onCall: '#on-call', allowances })

describe('teams', () => {
  const database = testDatabase()
  let portal: Foundation
  let admin: Actor
  let maintainer: Actor & { userId: UserId }
  let member: Actor & { userId: UserId }
  let team: string
  beforeAll(() => {
    portal = createFoundation(testConfig(database.url))
  })
  afterAll(() => portal.db.$disconnect())
  beforeEach(async () => {
    admin = await makePerson(portal.db, 'Admin', { platform: ['admin'] })
    team = await makeTeam(portal.db)
    maintainer = await makePerson(portal.db, 'Maintainer', { teams: { [team]: 'maintainer' } })
    member = await makePerson(portal.db, 'Member', { teams: { [team]: 'member' } })
  })

  const set = (user: UserId, role: string) => setMember.input.parse({ team, user, role })
  const auditOf = async (action: string, name: string) =>
    (await portal.audit.list(admin, { action, limit: 200, sort: '-at' })).items.filter(
      (entry) => entry.object.name === name,
    )

  it('are made with an allowance for each environment, and it is in the audit', async () => {
    const slug = newSlug()
    const made = await portal.teams.create(admin, draft(slug))
    expect(made).toMatchObject({ slug, version: 1, memberCount: 0, allowances: { dev: { cpu: 20_000, gpu: 4 } } })
    expect(made.allowances.prod).toEqual({ cpu: 0, memory: 0, gpu: 0, storage: 0 })
    const { items } = await portal.audit.list(admin, { action: 'team.create', limit: 200, sort: '-at' })
    expect(items.find((entry) => entry.object.id === slug)).toMatchObject({ team: slug, actor: { name: 'Admin' } })
  })

  it('cannot take a name whose namespaces would run into another team’s', async () => {
    const slug = newSlug()
    await portal.teams.create(admin, draft(slug))
    await expect(portal.teams.create(admin, draft(slug))).rejects.toMatchObject({ code: 'name_taken' })
    await expect(portal.teams.create(admin, draft(`${slug}-ops`))).rejects.toMatchObject({
      code: 'name_taken',
      explanation: { fields: [{ field: 'slug' }] },
    })
    await expect(portal.teams.create(admin, draft(`${slug}x`))).resolves.toMatchObject({ slug: `${slug}x` })
    const longer = `${newSlug()}-ops`
    await portal.teams.create(admin, draft(longer))
    await expect(portal.teams.create(admin, draft(longer.replace('-ops', '')))).rejects.toMatchObject({
      code: 'name_taken',
    })
  })

  it('are made once when many ask for the same name at once', async () => {
    const slug = newSlug()
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => portal.teams.create(admin, draft(slug))))
    expect(results.filter((each) => each.status === 'fulfilled')).toHaveLength(1)
    const reasons = results.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    for (const reason of reasons) expect(reason).toMatchObject({ code: 'name_taken' })
  })

  it('take a change only on the version it was made on', async () => {
    const change = (name: string) => updateTeam.input.parse({ team, name })
    expect(await portal.teams.update(maintainer, change('First'), 1)).toMatchObject({ name: 'First', version: 2 })
    await expect(portal.teams.update(maintainer, change('Second'), 1)).rejects.toMatchObject({ code: 'stale_version' })
    const [entry] = await auditOf('team.update', 'First')
    expect(entry).toMatchObject({ before: { name: `Team ${team}` }, after: { name: 'First' } })
  })

  it('have their allowance set by a platform admin alone', async () => {
    const input = { team: draft(team).slug, allowances: AllowanceInput.parse(allowances) }
    await expect(portal.teams.setAllowances(maintainer, input, 1)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await portal.teams.setAllowances(admin, input, 1)).toMatchObject({ version: 2 })
  })

  it('say what is left of the allowance', async () => {
    await portal.db.namespaceClaim.create({
      data: {
        name: `${team}-dev`,
        teamSlug: team,
        environment: 'dev',
        cpu: 5000,
        memory: 1,
        gpu: 9,
        storage: 0,
        state: 'asked',
      },
    })
    const { environments } = await portal.teams.allowanceUse(member, team)
    const dev = environments.find((each) => each.environment === 'dev')
    expect(dev).toMatchObject({ committed: { cpu: 5000, gpu: 9 }, left: { cpu: 15_000, gpu: 0 } })
  })

  it('show their people page by page, each once, with the role that counts', async () => {
    const { id: teamId } = await portal.db.team.findUniqueOrThrow({ where: { slug: team } })
    await portal.db.membership.create({ data: { teamId, userId: member.userId, role: 'viewer', source: 'group' } })
    const first = await portal.teams.listMembers(maintainer, { team: draft(team).slug, limit: 1, sort: 'name' })
    const rest = await portal.teams.listMembers(maintainer, {
      team: draft(team).slug,
      limit: 5,
      sort: 'name',
      cursor: first.nextCursor ?? '',
    })
    expect([...first.items, ...rest.items].map(({ user, role, source }) => [user.name, role, source])).toEqual([
      ['Maintainer', 'maintainer', 'portal'],
      ['Member', 'member', 'portal'],
    ])
  })

  it('let a maintainer add people, and the change counts at once', async () => {
    const newcomer = await makePerson(portal.db, 'Newcomer')
    const session = { userId: newcomer.userId, sessionVersion: 1 }
    expect((await portal.people.actorOf(session, null))?.teams.size).toBe(0)
    await portal.teams.setMember(maintainer, set(newcomer.userId, 'member'))
    expect((await portal.people.actorOf(session, null))?.teams.get(team)).toBe('member')
    await portal.teams.removeMember(maintainer, { team, user: newcomer.userId })
    expect((await portal.people.actorOf(session, null))?.teams.size).toBe(0)
    expect(await auditOf('member.remove', 'Newcomer')).toHaveLength(1)
  })

  it('keep their last maintainer', async () => {
    const { userId: user } = maintainer
    await expect(portal.teams.removeMember(maintainer, { team, user })).rejects.toMatchObject({ code: 'wrong_state' })
    await expect(portal.teams.setMember(admin, set(user, 'member'))).rejects.toMatchObject({ code: 'wrong_state' })
    await portal.teams.setMember(maintainer, set(member.userId, 'maintainer'))
    await portal.teams.removeMember(maintainer, { team, user })
  })

  it('keep one of two maintainers who leave at once', async () => {
    await portal.teams.setMember(maintainer, set(member.userId, 'maintainer'))
    const results = await Promise.allSettled(
      [maintainer, member].map(({ userId: user }) => portal.teams.removeMember(admin, { team, user })),
    )
    expect(results.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('leave members from a group to the identity provider', async () => {
    const { id: teamId } = await portal.db.team.findUniqueOrThrow({ where: { slug: team } })
    const mapped = await makePerson(portal.db, 'Mapped')
    await portal.db.membership.create({ data: { teamId, userId: mapped.userId, role: 'member', source: 'group' } })
    const { userId: user } = mapped
    await expect(portal.teams.removeMember(maintainer, { team, user })).rejects.toMatchObject({ code: 'wrong_state' })
    await expect(portal.teams.setMember(maintainer, set(user, 'viewer'))).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('are archived when nothing is left in them, and then stay as they are', async () => {
    const claim = { name: `${team}-a-dev`, teamSlug: team, environment: 'dev', state: 'active' }
    await portal.db.namespaceClaim.create({ data: { ...claim, cpu: 1, memory: 1, gpu: 0, storage: 0 } })
    await expect(portal.teams.archive(admin, team)).rejects.toMatchObject({ code: 'wrong_state' })
    await portal.db.namespaceClaim.delete({ where: { name: claim.name } })
    expect((await portal.teams.archive(admin, team)).archivedAt).not.toBeNull()
    await expect(portal.teams.setMember(maintainer, set(member.userId, 'viewer'))).rejects.toMatchObject({
      code: 'wrong_state',
    })
    expect((await portal.people.getMe(member)).teams).toEqual([])
  })
})
