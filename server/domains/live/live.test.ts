import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFoundation, type Foundation } from '../../foundation.ts'
import type { Actor } from '../../permissions/actor.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { testConfig } from '../../testing/portal.ts'
import { tcpProxy } from '../../testing/tcp-proxy.ts'
import { recordAudit } from '../audit/audit.ts'
import { type Announcement, announce } from './live.ts'

type Event = { id?: string; event?: string; data?: string }

/** A client of the stream: events as they come. */
function follower(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  const seen: Event[] = []
  let text = ''
  let ended = false
  const pump = async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) seen.push(Object.fromEntries(block.split('\n').map((each) => each.split(/: (.*)/s))))
    }
    ended = true
  }
  const running = pump()
  return {
    keys: () => seen.filter((each) => each.data && !each.event).map((each) => JSON.parse(each.data ?? '').key),
    lastId: () => seen.findLast((each) => each.id)?.id ?? '',
    events: () => seen,
    ended: () => ended,
    leave: async () => {
      await reader.cancel()
      await running
    },
  }
}

describe('live updates', () => {
  const database = testDatabase()
  let portal: Foundation
  let team: string
  let member: Actor
  beforeAll(async () => {
    portal = createFoundation(testConfig(database.url, { LIVE_STREAMS_FOR_EACH: '5' }), { heartbeatMilliseconds: 50 })
    team = await makeTeam(portal.db)
    member = await makePerson(portal.db, 'Member', { teams: { [team]: 'member' } })
  })
  afterAll(async () => {
    await portal.live.stop()
    await portal.db.$disconnect()
  })

  const tell = (key: string, more: Partial<Announcement> = {}) =>
    portal.db.$transaction((tx) => announce(tx, { topic: 'request', key, team, ...more }))
  const follow = async (
    actor: Actor,
    lastEventId: string | null = null,
    renew = async (): Promise<Actor | undefined> => actor,
  ) => follower(await portal.live.follow({ actor, lastEventId, signal: new AbortController().signal, renew }))

  it('tell at once what has been committed, and nothing of what has not', async () => {
    const client = await follow(member)
    await portal.db
      .$transaction(async (tx) => {
        await announce(tx, { topic: 'request', key: 'undone', team })
        throw new Error('changed our mind')
      })
      .catch(() => undefined) // that is what is tested
    await tell('one')
    await expect.poll(client.keys).toEqual(['one'])
    await client.leave()
  })

  it('tell nobody of another team’s things', async () => {
    const other = await makeTeam(portal.db)
    const clients = [
      await follow(member),
      await follow(await makePerson(portal.db, 'Auditor', { platform: ['auditor'] })),
    ]
    await tell('theirs', { team: other })
    await tell('everybody’s', { team: null })
    await expect.poll(() => clients.map((each) => each.keys())).toEqual([['everybody’s'], ['theirs', 'everybody’s']])
    for (const client of clients) await client.leave()
  })

  it('tell of the audit only whose teams it is about, and of the rest of it who sees all', async () => {
    const other = await makeTeam(portal.db)
    const auditor = await makePerson(portal.db, 'Auditor', { platform: ['auditor'] })
    const clients = [await follow(member), await follow(auditor)]
    for (const [action, about] of [['ours', team] as const, ['theirs', other] as const, ['nobody’s', null] as const]) {
      const object = { kind: 'thing', id: action, name: action }
      await portal.db.$transaction((tx) => recordAudit(tx, { actor: auditor, action, object, team: about }))
    }
    await tell('the end', { team: null })
    await expect
      .poll(() => clients.map((each) => each.keys()))
      .toEqual([
        ['ours', 'the end'],
        ['ours', 'theirs', 'nobody’s', 'the end'],
      ])
    for (const client of clients) await client.leave()
  })

  it('are so many for each person, and say what to do about it', async () => {
    const one = await makePerson(portal.db, 'Somebody with many tabs')
    const another = await makePerson(portal.db, 'Somebody else')
    const clients = await Promise.all(Array.from({ length: 5 }, () => follow(one)))
    await expect(follow(one)).rejects.toMatchObject({ code: 'rate_limited', status: 429 })
    clients.push(await follow(another))
    await clients[0]?.leave()
    clients.push(await follow(one))
    for (const client of clients.slice(1)) await client.leave()
  })

  it('tell a client that was away what it missed', async () => {
    const before = await follow(member)
    await tell('seen')
    await expect.poll(before.keys).toEqual(['seen'])
    await before.leave()
    await tell('missed 1')
    await tell('missed 2')
    const after = await follow(member, before.lastId())
    await expect.poll(after.keys).toEqual(expect.arrayContaining(['missed 1', 'missed 2']))
    await after.leave()
  })

  it.each(['999999999', '1', 'nonsense', '-1', '99999999999999999999'])(
    'tell a client to ask for everything again when %s says nothing',
    async (lastEventId) => {
      await portal.live.forgetOld(new Date(Date.now() + 2 * 60 * 60_000))
      const client = await follow(member, lastEventId)
      await expect.poll(() => client.events().map((each) => each.event)).toContain('reset')
      await client.leave()
    },
  )

  it('keep the line warm, and end it for somebody who is no longer let in', async () => {
    let allowed = true
    const client = await follow(member, null, async () => (allowed ? member : undefined))
    await expect.poll(() => client.events().length).toBeGreaterThan(2)
    allowed = false
    await expect.poll(client.ended).toBe(true)
    expect(portal.live.followers()).toBe(0)
  })

  it('go by what somebody may see now, not when they began', async () => {
    let current = member
    const client = await follow(member, null, async () => current)
    current = { ...member, teams: new Map() }
    const beats = () => client.events().filter((each) => '' in each).length
    const before = beats()
    await expect.poll(beats).toBeGreaterThan(before + 1)
    await tell('no longer theirs')
    await tell('the end', { team: null })
    await expect.poll(client.keys).toEqual(['the end'])
    await client.leave()
  })

  it('go on after the connection to the database was lost, with what was announced meanwhile', async () => {
    const client = await follow(member)
    await tell('before')
    await expect.poll(client.keys).toEqual(['before'])
    const admin = new Client({ connectionString: database.url })
    await admin.connect()
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`,
    )
    await admin.end()
    await tell('meanwhile')
    await expect.poll(client.keys, { timeout: 5000 }).toContain('meanwhile')
    await tell('after')
    await expect.poll(client.keys).toContain('after')
    await client.leave()
  })

  it('let a client go that cannot be told what it missed, and the others go on', async () => {
    const proxy = await tcpProxy(database.url)
    const { live, db } = createFoundation(testConfig(proxy.url), { heartbeatMilliseconds: 50 })
    const join = async (lastEventId: string | null) =>
      follower(
        await live.follow({
          actor: member,
          lastEventId,
          signal: new AbortController().signal,
          renew: async () => member,
        }),
      )
    const there = await join(null)
    await tell('before')
    await expect.poll(there.keys).toEqual(['before'])
    await proxy.cut()
    const late = await join(there.lastId())
    await expect.poll(late.ended).toBe(true)
    expect(live.followers()).toBe(1)
    await proxy.mend()
    await tell('meanwhile')
    await expect.poll(there.keys, { timeout: 8000 }).toContain('meanwhile')
    await there.leave()
    await live.stop()
    await db.$disconnect()
    await proxy.cut()
  })
})
