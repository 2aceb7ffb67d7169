'use client'

import { useLayoutEffect, useRef } from 'react'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import type { PodLog } from '#server/contracts/pods.ts'
import classes from './logs.module.css'

/** How near to its end somebody has to be who wants to see what comes. */
const near = 40

/** Stays at the end while it is followed, and where the reader is once they have scrolled up. */
export function LogText({ log, previous, following }: { log: PodLog; previous: boolean; following: boolean }) {
  const box = useRef<HTMLPreElement>(null)
  const atEnd = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text is what moves the end
  useLayoutEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight
  }, [log.text])

  if (log.text === '') {
    return (
      <EmptyState title={previous ? 'There is no run before this one' : 'Nothing has been written yet'}>
        {log.problem ?? (following ? 'What it writes appears here by itself.' : 'Follow it to see what comes.')}
      </EmptyState>
    )
  }
  return (
    <pre
      ref={box}
      className={classes.text}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={`Log of ${log.container}`}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < near
      }}
    >
      {log.text}
    </pre>
  )
}
