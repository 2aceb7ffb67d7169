import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ApplicationName } from '../../contracts/delivery.ts'
import type { TeamSlug } from '../../contracts/names.ts'
import { createDatabase, type Database } from '../../database/database.ts'
import { createLog } from '../../logging/log.ts'
import type { Actor } from '../../permissions/actor.ts'
import type { Application } from '../../ports/gitops/gitops.ts'
import { testDatabase } from '../../testing/database.ts'
import { createFakeCluster, fakeClusters } from '../../testing/fakes/fake-cluster.ts'
import { createFakeGitOps, type FakeGitOps } from '../../testing/fakes/fake-gitops.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { observeClusters } from '../observed/observed.ts'
import { createDelivery, type DeliveryService } from './delivery.ts'

/** A busy machine takes longer; a wrong answer stays wrong. */
const until = <Value>(check: () => Value | Promise<Value>) => vi.waitFor(check, { timeout: 15_000, interval: 20 })

describe('delivery', () => {
  const database = testDatabase()
  let db: Database
  let gitops: FakeGitOps
  let delivery: DeliveryService
  let team: TeamSlug
  let [member, maintainer, viewer, stranger, admin]: Actor[] = []
  const stop = new AbortController()
  let observing: Promise<void>

  beforeAll(async () => {
    db = createDatabase(database.url, { connections: 4 })
    gitops = createFakeGitOps()
    delivery = createDelivery({ db, gitops })
    team = await makeTeam(db)
    const other = await makeTeam(db)
    const roles = ['member', 'maintainer', 'viewer'] as const
    ;[member, maintainer, viewer] = await Promise.all(
      roles.map((role) => makePerson(db, `A ${role}`, { teams: { [team]: role } })),
    )
    stranger = await makePerson(db, 'A stranger', { teams: { [other]: 'maintainer' } })
    admin = await makePerson(db, 'An admin', { platform: ['admin'] })
    const clusters = fakeClusters(createFakeCluster())
    const log = createLog({ level: 'silent' })
    observing = observeClusters({ db, clusters, gitops, log, onChange: () => undefined }, stop.signal)
  })
  afterAll(async () => {
    stop.abort()
    await observing
    await db.$disconnect()
  })

  const who = (actor: Actor | undefined): Actor => {
    if (!actor) throw new Error('Nobody of that role')
    return actor
  }
  const which = (name: string) => ({ team, application: ApplicationName.parse(name) })
  const put = async (name: string, application: Partial<Application> = {}) => {
    gitops.put({ team, ...application, name })
    await until(() => delivery.get(who(viewer), which(name)))
    return which(name)
  }

  it('is told as the controller tells it, with what has left the repository', async () => {
    const left = { group: '', kind: 'ConfigMap', namespace: 'x', name: 'old', health: null, message: null }
    const application = await put('told', {
      sync: 'Pondering',
      health: 'Degraded',
      healthMessage: 'One replica failed',
      history: [{ id: 0, revision: 'abc', at: '2026-01-01T00:00:00.000Z', by: null }],
      messages: [{ type: 'SharedResourceWarning', message: 'Two claim it', at: null }],
      resources: [{ ...left, sync: 'OutOfSync', toBeRemoved: true }],
    })
    expect(await delivery.get(who(viewer), application)).toMatchObject({
      sync: 'Pondering',
      health: 'Degraded',
      healthMessage: 'One replica failed',
      history: [{ revision: 'abc', by: null }],
      messages: [{ message: 'Two claim it' }],
      leftOver: ['ConfigMap old'],
      freshness: { problem: null },
    })
  })

  it('can be asked for by whoever may, and stands in the audit log', async () => {
    const application = await put('asked', { automated: false })
    await gitops.write('asked', ['one'], { automated: false })
    await delivery.refresh(who(member), { ...application, how: 'hard' })
    await delivery.sync(who(maintainer), { ...application, prune: false })
    await delivery.refresh(who(admin), { ...application, how: 'normal' })
    expect(gitops.asked).toEqual(['refresh asked hard', 'sync asked by A maintainer', 'refresh asked normal'])
    const audit = await db.auditEntry.findMany({ where: { objectId: 'asked' }, orderBy: { sequence: 'asc' } })
    expect(audit.map(({ action, actorName, after }) => [action, actorName, after])).toEqual([
      ['application.refresh', 'A member', { how: 'hard' }],
      ['application.sync', 'A maintainer', { prune: false }],
      ['application.refresh', 'An admin', { how: 'normal' }],
    ])
  })

  it.each([
    ['a viewer to look again', () => viewer, 'refresh', 'forbidden'],
    ['a member to apply', () => member, 'sync', 'forbidden'],
    ['another team to look again', () => stranger, 'refresh', 'not_found'],
    ['another team to apply', () => stranger, 'sync', 'not_found'],
  ] as const)('does not allow %s', async (_what, actor, verb, code) => {
    const application = await put('guarded')
    const before = gitops.asked.length
    const asked =
      verb === 'sync'
        ? delivery.sync(who(actor()), { ...application, prune: false })
        : delivery.refresh(who(actor()), { ...application, how: 'normal' })
    await expect(asked).rejects.toMatchObject({ code })
    expect(gitops.asked).toHaveLength(before)
  })

  it('does not reach into another team by an Application’s name', async () => {
    gitops.put({ name: 'theirs', team: 'another-team' })
    await put('after-theirs')
    const asked = delivery.sync(who(maintainer), { ...which('theirs'), prune: true })
    await expect(asked).rejects.toMatchObject({ code: 'not_found' })
  })

  it('says that a sync is under way already', async () => {
    const operation = { message: null, revision: null, startedAt: null, finishedAt: null, by: null, retries: 0 }
    const application = await put('busy', { operation: { ...operation, phase: 'Running' } })
    const asked = delivery.sync(who(maintainer), { ...application, prune: false })
    await expect(asked).rejects.toMatchObject({ code: 'conflict' })
    expect(await db.auditEntry.count({ where: { objectId: 'busy' } })).toBe(0)
  })

  it('says so when the Application was deleted by hand a moment ago', async () => {
    const application = await put('deleted')
    gitops.remove('deleted')
    const asked = delivery.refresh(who(member), { ...application, how: 'normal' })
    await expect(asked).rejects.toMatchObject({ code: 'not_found' })
    await until(() => expect(delivery.get(who(member), application)).rejects.toMatchObject({ code: 'not_found' }))
  })

  it('shows what is known, with what is wrong, while the cluster is away; asking fails and is not recorded', async () => {
    const application = await put('away', { sync: 'Synced' })
    gitops.down(true)
    await until(async () =>
      expect((await delivery.get(who(viewer), application)).freshness.problem).toContain('does not answer'),
    )
    expect((await delivery.get(who(viewer), application)).sync).toBe('Synced')
    const asked = delivery.refresh(who(member), { ...application, how: 'normal' })
    await expect(asked).rejects.toMatchObject({ code: 'integration_unavailable', fault: 'unreachable' })
    expect(await db.auditEntry.count({ where: { objectId: 'away' } })).toBe(0)
    gitops.down(false)
  })
})
