/** How long an engine that has ended stays away: twice as long each time, while its ends follow each other closely. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5000

/** Ends are held against an engine for so many milliseconds. */
export const CLOSELY = 600_000

export const pauseAfter = (ends: number): number => Math.min(FIRST_PAUSE * 2 ** (ends - 1), LONGEST_PAUSE)
