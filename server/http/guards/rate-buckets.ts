/** The buckets that all replicas share: filled by the database's clock, emptied by one statement. */
import type { Database } from '../../database/database.ts'
import type { RateLimit } from './rate-limit.ts'

export type RateBuckets = {
  /** As many as there are, up to `wanted`; with none, how long until there is one. */
  take(key: string, wanted: number, limit: RateLimit): Promise<{ granted: number; waitSeconds: number }>
}

/** A bucket that nobody has touched for so long is full. */
export const keptFor = 60 * 60_000

export function createRateBuckets(db: Database): RateBuckets {
  return {
    async take(key, wanted, { perSecond, burst }) {
      const full = `LEAST($3, bucket."tokens" + GREATEST(0, EXTRACT(EPOCH FROM clock_timestamp() - bucket."at")) * $4)`
      const taken = `LEAST(FLOOR(${full}), $2)`
      const [row] = await db.$queryRawUnsafe<{ granted: number; tokens: number }[]>(
        `INSERT INTO "RateBucket" AS bucket ("key", "tokens", "granted", "at")
         VALUES ($1, $3::float8 - $2::int, $2::int, clock_timestamp())
         ON CONFLICT ("key") DO UPDATE
         SET "tokens" = ${full} - ${taken}, "granted" = ${taken}, "at" = clock_timestamp()
         RETURNING "granted", "tokens"`,
        key,
        Math.min(wanted, burst),
        burst,
        perSecond,
      )
      const { granted, tokens } = row ?? { granted: 0, tokens: 0 }
      return { granted, waitSeconds: Math.max(0, 1 - tokens) / perSecond }
    },
  }
}
