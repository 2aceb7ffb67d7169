import type { Freshness } from '../../contracts/paging.ts'

/** The age of what is shown: of its oldest part. */
export function freshness(times: Date[], problem: string | null): Freshness {
  const oldest = times.length === 0 ? null : new Date(Math.min(...times.map((time) => time.getTime())))
  return { observedAt: oldest?.toISOString() ?? null, problem }
}
