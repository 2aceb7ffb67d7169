'use client'

import { useLinkStatus } from 'next/link'
import classes from './actions.module.css'

/** Within a link: says that its page is on the way, once that takes longer than a blink. */
export function LinkPending() {
  const { pending } = useLinkStatus()
  return pending ? <span className={classes.pending} role="status" aria-label="Loading" /> : null
}
