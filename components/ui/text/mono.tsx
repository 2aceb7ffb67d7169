import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import classes from './text.module.css'

/** A name that a machine reads, and optionally the button that copies it. */
export function Mono({ children, copy, what = 'it' }: { children: ReactNode; copy?: string; what?: string }) {
  if (copy === undefined) return <span className="mono">{children}</span>
  return (
    <span className={classes.copyable}>
      <span className="mono">{children}</span>
      <CopyButton value={copy} what={what} />
    </span>
  )
}
