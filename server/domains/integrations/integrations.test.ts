import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDatabase, type Database } from '../../database/database.ts'
import { IntegrationError } from '../../errors.ts'
import { createLog } from '../../logging/log.ts'
import { systemActor } from '../../permissions/actor.ts'
import { testDatabase } from '../../testing/database.ts'
import { createIntegrations, type Fact, type Probe } from './integrations.ts'

const log = createLog({ level: 'silent' })
const somebody = systemActor('somebody')

describe('the health of integrations', () => {
  const database = testDatabase()
  let db: Database
  let now = new Date('2026-03-01T10:00:00.000Z')
  const clock = { now: () => now }
  const later = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000)
  }
  beforeAll(() => {
    db = createDatabase(database.url, { connections: 4 })
  })
  afterAll(() => db.$disconnect())
  beforeEach(async () => {
    await db.integrationStatus.deleteMany()
    await db.webhookRefusal.deleteMany()
    await db.liveEvent.deleteMany()
  })

  const probeOf = (change: Partial<Probe> = {}): Probe => ({
    name: 'store',
    title: 'The store',
    group: 'models',
    missing: [],
    probe: async () => ({ version: '1.2' }),
    ...change,
  })
  const serviceOf = (...probes: Probe[]) => createIntegrations({ db, clock, log, probes })
  const shown = async (service: ReturnType<typeof serviceOf>, name = 'store') => {
    later(3)
    const { integrations } = await service.list(somebody)
    return integrations.find((each) => each.name === name)
  }
  const down = new IntegrationError('store', { detail: 'It does not answer.', remedy: 'Start it.' })

  it('is kept by the worker and shown alike by every replica', async () => {
    await serviceOf(probeOf()).looking.round()
    const [one, other] = [serviceOf(probeOf()), serviceOf(probeOf())]
    const checkedAt = now.toISOString()
    expect(await shown(one)).toMatchObject({ state: 'ok', version: '1.2', checkedAt, lastSuccess: checkedAt })
    expect(await shown(other)).toEqual(await shown(one))
  })

  it('is unknown until the worker has asked', async () => {
    expect(await shown(serviceOf(probeOf()))).toMatchObject({ state: 'unknown', checkedAt: null })
    expect(await shown(serviceOf(), 'worker')).toMatchObject({ state: 'unknown' })
  })

  it('asks nothing of what is not configured, and says what turns it on', async () => {
    const probe = vi.fn()
    const service = serviceOf(probeOf({ missing: ['STORE_URL', 'STORE_KEY'], probe }))
    await service.looking.round()
    expect(probe).not.toHaveBeenCalled()
    expect(await shown(service)).toMatchObject({
      state: 'not_configured',
      remedy: 'Set STORE_URL and STORE_KEY, then restart the portal.',
    })
  })

  it('keeps what was known while it is down, with since when, the error and the remedy', async () => {
    const probe = vi.fn<Probe['probe']>().mockResolvedValue({
      version: '1.2',
      facts: [{ label: 'Bucket', value: 'models', ok: null }],
    })
    const service = serviceOf(probeOf({ probe }))
    await service.looking.round()
    const lastSuccess = now.toISOString()
    later(10)
    probe.mockRejectedValue(down)
    await service.looking.round()
    const since = now.toISOString()
    later(10)
    await service.looking.round()
    expect(await shown(service)).toMatchObject({
      state: 'down',
      since,
      version: '1.2',
      facts: [{ label: 'Bucket' }],
      lastSuccess,
      lastError: 'It does not answer.',
      remedy: 'Start it.',
    })
    later(10)
    probe.mockResolvedValue({ version: '1.3' })
    await service.looking.round()
    expect(await shown(service)).toMatchObject({
      state: 'ok',
      version: '1.3',
      lastError: 'It does not answer.',
      remedy: null,
    })
  })

  it('tells live pages when a state changes, and only then', async () => {
    const probe = vi.fn<Probe['probe']>().mockResolvedValue({ version: null })
    const service = serviceOf(probeOf({ probe }))
    const told = () => db.liveEvent.count({ where: { topic: 'integration', key: 'store' } })
    await service.looking.round()
    await service.looking.round()
    expect(await told()).toBe(1)
    probe.mockRejectedValue(down)
    await service.looking.round()
    await service.looking.round()
    expect(await told()).toBe(2)
  })

  it.each<[string, Fact[], Fact[], string, string]>([
    ['is well', [], [{ label: 'Read', value: 'allowed', ok: true }], 'ok', ''],
    ['lacks a permission', [], [{ label: 'Write', value: 'not allowed', ok: false }], 'degraded', 'account'],
    [
      'fails at something it may do',
      [],
      [{ label: 'Webhook', value: 'failed with 401', ok: false }],
      'degraded',
      'Webhook',
    ],
    ['says that something is wrong', [{ label: 'Disk', value: 'full', ok: false }], [], 'degraded', 'Disk'],
    ['has what it does not need', [], [{ label: 'Read secrets', value: 'allowed', ok: null }], 'ok', ''],
  ])('when it %s', async (_what, facts, permissions, state, remedy) => {
    const service = serviceOf(
      probeOf({ probe: async () => ({ version: null, facts }), check: async () => permissions }),
    )
    await service.looking.round()
    const view = await shown(service)
    expect(view).toMatchObject({ state, facts, permissions })
    expect(view?.remedy ?? '').toContain(remedy)
  })

  it('asks what the account may do now and then, and at once after an outage', async () => {
    const probe = vi.fn<Probe['probe']>().mockResolvedValue({ version: null })
    const check = vi.fn<() => Promise<Fact[]>>().mockResolvedValue([])
    const service = serviceOf(probeOf({ probe, check }))
    const round = async () => {
      await service.looking.round()
      later(10)
      return check.mock.calls.length
    }
    expect([await round(), await round()]).toEqual([1, 1])
    later(120)
    expect(await round()).toBe(2)
    probe.mockRejectedValueOnce(down)
    expect([await round(), await round()]).toEqual([2, 3])
  })

  it('does not wait for one that never answers, nor does it hide the others', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const service = serviceOf(probeOf({ probe: () => new Promise(() => undefined) }), probeOf({ name: 'other' }))
    const round = service.looking.round()
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0))
    await vi.advanceTimersByTimeAsync(3001)
    vi.useRealTimers()
    await round
    expect(await shown(service)).toMatchObject({ state: 'down', lastError: expect.stringContaining('3 seconds') })
    expect(await shown(service, 'other')).toMatchObject({ state: 'ok' })
  })

  it('says when the worker has fallen silent, with the age of what is known', async () => {
    const service = serviceOf(probeOf())
    await service.looking.round()
    const heard = now.toISOString()
    expect(await shown(service, 'worker')).toMatchObject({ state: 'ok' })
    later(90)
    expect(await shown(service, 'worker')).toMatchObject({ state: 'down', since: heard })
    expect(await shown(service)).toMatchObject({ state: 'ok', checkedAt: heard })
  })

  it('shows the watches of a cluster, and is degraded by one that fails or has heard nothing', async () => {
    const service = serviceOf(probeOf({ name: 'cluster:main', title: 'The cluster main' }))
    await service.looking.round()
    const facts = { listedAt: null, eventAt: null, bookmarkAt: null, stalls: 2, lists: 1, objects: 7 }
    const row = (kind: string, more: object) => ({ name: `watch:main:${kind}`, lastSuccess: now, facts, ...more })
    await db.integrationStatus.create({ data: row('pod', {}) })
    expect(await shown(service, 'cluster:main')).toMatchObject({
      state: 'ok',
      watches: [{ kind: 'Pods', state: 'following', objects: 7, stalls: 2 }],
    })
    await db.integrationStatus.create({ data: row('quota', { lastError: 'quotas is forbidden' }) })
    expect(await shown(service, 'cluster:main')).toMatchObject({
      state: 'degraded',
      remedy: expect.stringContaining('quotas is forbidden'),
      watches: [{ kind: 'Pods' }, { kind: 'Quotas', state: 'failing' }],
    })
    await db.integrationStatus.deleteMany({ where: { name: 'watch:main:quota' } })
    later(200)
    expect(await shown(service, 'cluster:main')).toMatchObject({ state: 'degraded', watches: [{ state: 'quiet' }] })
  })

  it('counts webhook deliveries that came, and those that were refused by the reason', async () => {
    const service = serviceOf(probeOf({ name: 'git' }))
    await service.looking.round()
    await db.webhookDelivery.create({ data: { id: 'one', event: 'push', receivedAt: now } })
    for (let flood = 0; flood < 100; flood += 1) service.refusals.count('signature')
    service.refusals.count('repeated')
    await service.refusals.save()
    const { webhooks } = (await shown(service, 'git')) ?? {}
    expect(webhooks?.lastDay).toBe(1)
    expect(webhooks?.refused.map(({ reason, count }) => [reason, count]).sort()).toEqual([
      ['Delivered before', 1],
      ['The signature is missing or does not fit', 100],
    ])
  })

  it('shows what was last read while the database is away, and that it is', async () => {
    const away = createDatabase(database.url, { connections: 1 })
    const service = createIntegrations({ db: away, clock, log, probes: [probeOf()] })
    await service.looking.round()
    expect(await shown(service)).toMatchObject({ state: 'ok' })
    vi.spyOn(away.integrationStatus, 'findMany').mockRejectedValue(new Error('connection refused'))
    expect(await shown(service, 'database')).toMatchObject({ state: 'down' })
    expect(await shown(service)).toMatchObject({ state: 'ok', version: '1.2' })
    await away.$disconnect()
  })
})
