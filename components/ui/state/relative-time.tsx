'use client'

import classes from './state.module.css'
import { exactTime, relativeTime } from './time-words.ts'
import { useNow } from './use-now.ts'

/** Relative for the eye, exact on hover and for machines. */
export function RelativeTime({ at }: { at: string }) {
  const now = useNow()
  const date = new Date(at)
  return (
    // The server's words are a moment older than the browser's, and as long: the exact time in their place made rows
    // wrap anew when the page woke up. That they differ is no fault; the clock's next beat brings them together.
    <time className={classes.time} dateTime={at} title={exactTime(date)} suppressHydrationWarning>
      {relativeTime(date, now > date || date.getTime() - now.getTime() > 60_000 ? now : date)}
    </time>
  )
}
