/** So many requests a minute for each actor, with a burst; every process counts for itself. */
import { failure } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'

export type RateLimit = { perSecond: number; burst: number }
type Bucket = { tokens: number; at: number }

export type RateLimiter = { take(key: string): void }

const most = 50_000

export function createRateLimiter(limit: RateLimit, clock: Clock): RateLimiter {
  const buckets = new Map<string, Bucket>()
  return {
    take(key) {
      const now = clock.now().getTime()
      const before = buckets.get(key)
      const elapsed = before ? Math.max(0, now - before.at) / 1000 : 0
      const tokens = before ? Math.min(limit.burst, before.tokens + elapsed * limit.perSecond) : limit.burst
      buckets.delete(key) // the map keeps the order of use, so that the oldest can be dropped
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now })
      if (buckets.size > most)
        for (const oldest of buckets.keys()) {
          buckets.delete(oldest)
          break
        }
      if (tokens >= 1) return
      throw failure('rate_limited', 'You have sent too many requests in a short time.', 'Wait a moment, then go on.', {
        retryAfterSeconds: (1 - tokens) / limit.perSecond,
      })
    },
  }
}
