'use client'

import classes from './state.module.css'
import { exactTime, relativeTime } from './time-words.ts'
import { useNow } from './use-now.ts'

/** Relative for the eye, exact on hover and for machines. */
export function RelativeTime({ at }: { at: string }) {
  const now = useNow()
  const date = new Date(at)
  return (
    // The browser may have read a fact anew before it wakes up what the server painted: another time is no fault then.
    <time className={classes.time} dateTime={at} title={exactTime(date)} suppressHydrationWarning>
      {now ? relativeTime(date, now > date || date.getTime() - now.getTime() > 60_000 ? now : date) : exactTime(date)}
    </time>
  )
}
