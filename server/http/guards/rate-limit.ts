/**
 * So many requests a second for each actor, with a burst, over all replicas together. The bucket stands in PostgreSQL;
 * a process fetches a few requests' worth at once, so that most requests cost no query.
 */
import { failure } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RateBuckets } from './rate-buckets.ts'

export type RateLimit = { perSecond: number; burst: number }
export type RateLimiter = { take(key: string): Promise<void> }

type Held = { left: number; refusedUntil: number; fetching: Promise<void> | undefined }

const most = 50_000

export function createRateLimiter(limit: RateLimit, buckets: RateBuckets, clock: Clock): RateLimiter {
  const known = new Map<string, Held>()
  const share = Math.max(1, Math.ceil(limit.perSecond / 5))

  function heldFor(key: string): Held {
    const held = known.get(key) ?? { left: 0, refusedUntil: Number.NEGATIVE_INFINITY, fetching: undefined }
    known.delete(key) // the map keeps the order of use, so that the oldest can be dropped
    known.set(key, held)
    if (known.size > most) known.delete(known.keys().next().value ?? '')
    return held
  }

  async function fetch(key: string, held: Held): Promise<void> {
    const { granted, waitSeconds } = await buckets.take(key, share, limit)
    held.left += granted
    if (granted === 0) held.refusedUntil = clock.now().getTime() + waitSeconds * 1000
  }

  return {
    async take(key) {
      const held = heldFor(key)
      while (held.left < 1) {
        const wait = (held.refusedUntil - clock.now().getTime()) / 1000
        // A clock that was turned back must not keep anybody out for longer than a request's worth takes.
        if (wait > 0 && wait <= 1 / limit.perSecond) throw tooMany(wait)
        held.fetching ??= fetch(key, held).finally(() => {
          held.fetching = undefined
        })
        await held.fetching
      }
      held.left -= 1
    },
  }
}

const tooMany = (seconds: number) =>
  failure('rate_limited', 'You have sent too many requests in a short time.', 'Wait a moment, then go on.', {
    retryAfterSeconds: seconds,
  })
