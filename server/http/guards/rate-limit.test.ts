import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, type Database } from '../../database/database.ts'
import { systemClock } from '../../ports/clock.ts'
import { testDatabase } from '../../testing/database.ts'
import { createRateBuckets } from './rate-buckets.ts'
import { createRateLimiter, type RateLimit, type RateLimiter } from './rate-limit.ts'

const allowed = (limiter: RateLimiter, key: string) =>
  limiter.take(key).then(
    () => true,
    () => false,
  )
const countAllowed = async (asked: Promise<boolean>[]) => (await Promise.all(asked)).filter(Boolean).length

describe('the rate limit', () => {
  const database = testDatabase()
  let db: Database
  beforeAll(() => {
    db = createDatabase(database.url, { connections: 4 })
  })
  afterAll(() => db.$disconnect())

  const replica = (limit: RateLimit) => createRateLimiter(limit, createRateBuckets(db), systemClock)
  const slow = { perSecond: 0.01, burst: 7 }

  it('lets a burst through, for each actor apart', async () => {
    const limiter = replica(slow)
    expect(await countAllowed(Array.from({ length: 20 }, () => allowed(limiter, 'one')))).toBe(7)
    expect(await allowed(limiter, 'two')).toBe(true)
  })

  it('is one for all replicas', async () => {
    const replicas = [replica(slow), replica(slow), replica(slow)]
    const asked = Array.from({ length: 10 }, () => replicas.map((each) => allowed(each, 'shared'))).flat()
    expect(await countAllowed(asked)).toBe(7)
  })

  it('goes on after a while, and says when', async () => {
    const limiter = replica({ perSecond: 5, burst: 2 })
    await countAllowed([allowed(limiter, 'patient'), allowed(limiter, 'patient')])
    await expect(limiter.take('patient')).rejects.toMatchObject({
      code: 'rate_limited',
      explanation: { retryAfterSeconds: expect.closeTo(0.2, 0) },
    })
    await expect.poll(() => allowed(limiter, 'patient'), { timeout: 5000 }).toBe(true)
  })

  it('fetches several requests’ worth at once, and nothing while it is used up', async () => {
    let fetched = 0
    const counting = {
      take: async (_key: string, wanted: number) => {
        fetched += 1
        return fetched > 2 ? { granted: 0, waitSeconds: 0.01 } : { granted: wanted, waitSeconds: 0 }
      },
    }
    let now = 0
    const limiter = createRateLimiter({ perSecond: 50, burst: 300 }, counting, { now: () => new Date(now) })
    const ask = (times: number) => countAllowed(Array.from({ length: times }, () => allowed(limiter, 'key')))
    expect(await ask(20)).toBe(20)
    expect(fetched).toBe(2)
    expect(await ask(5)).toBe(0)
    expect(fetched).toBe(3)
    now -= 3_600_000
    expect(await ask(1)).toBe(0)
    expect(fetched).toBe(4)
  })
})
