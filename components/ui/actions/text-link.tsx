import Link from 'next/link'
import type { ReactNode } from 'react'
import classes from './actions.module.css'

export const TextLink = ({ href, children }: { href: string; children: ReactNode }) => (
  <Link href={href} className={classes.link}>
    {children}
  </Link>
)

/** To a place outside the portal; only web addresses become links. */
export function OutsideLink({ href, children }: { href: string; children: ReactNode }) {
  if (!/^https?:\/\//.test(href)) return <span>{children}</span>
  return (
    <a href={href} className={classes.link} target="_blank" rel="noreferrer">
      {children}
    </a>
  )
}

/** A file of the portal's own, named by the answer. */
export function DownloadLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} className={classes.link} download title="Download">
      {children}
    </a>
  )
}
