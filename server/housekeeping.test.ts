import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFoundation, type Foundation } from './foundation.ts'
import { tidyUp } from './housekeeping.ts'
import { testDatabase } from './testing/database.ts'
import { testConfig } from './testing/portal.ts'

describe('housekeeping', () => {
  const database = testDatabase()
  let portal: Foundation
  beforeAll(() => {
    portal = createFoundation(testConfig(database.url))
  })
  afterAll(() => portal.db.$disconnect())

  it('drops what has had its time and keeps the rest', async () => {
    const { db } = portal
    const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60_000)
    for (const [name, days] of [['old', 30] as const, ['new', 0] as const]) {
      await db.liveEvent.create({ data: { topic: 'team', key: name, at: daysAgo(days) } })
      await db.idempotencyKey.create({ data: { actor: 'a', key: name, request: 'r', createdAt: daysAgo(days) } })
      await db.rateBucket.create({ data: { key: name, tokens: 1, granted: 1, at: daysAgo(days) } })
      await db.webhookDelivery.create({ data: { id: name, event: 'push', receivedAt: daysAgo(days) } })
    }
    await tidyUp(portal)
    expect((await db.liveEvent.findMany()).map((each) => each.key)).toEqual(['new'])
    expect((await db.idempotencyKey.findMany()).map((each) => each.key)).toEqual(['new'])
    expect((await db.rateBucket.findMany()).map((each) => each.key)).toEqual(['new'])
    expect((await db.webhookDelivery.findMany()).map((each) => each.id)).toEqual(['new'])
  })
})
