/** When to come again, for callers of what does not answer now. */
import type { VersionRoute } from '../http/route-table.ts'

/** Something nobody can tell of may change at any moment. */
const LEAST = 2
/** Also what is out for good is served again once somebody has seen to it. */
const MOST = 60

const secondsOf = (milliseconds: number, least: number): number =>
  Math.min(MOST, Math.max(least, Math.ceil(milliseconds / 1000)))

/** Seconds until the first of them is likely back. */
export const retryAfter = (versions: readonly VersionRoute[], now = Date.now()): number =>
  secondsOf(Math.min(...versions.map((each) => (each.asleep ? each.awayMilliseconds : each.backAt - now))), LEAST)

/** Seconds until it is back whose engine has just ended. */
export const retryAfterEnd = (version: VersionRoute): number => secondsOf(version.awayMilliseconds, 1)
