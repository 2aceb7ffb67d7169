'use client'

import { useEffect, useRef, useState } from 'react'
import { heardLately } from '#components/queries/provider/live-moment.ts'

type Stamped = { key: string; stamp: string }

/**
 * The keys of rows that a live update has changed or brought, for a moment. A row is new only just after a message:
 * what another filter or the next page brings was there before.
 */
export function useRecentChanges(rows: readonly Stamped[] | undefined): ReadonlySet<string> {
  const seen = useRef<ReadonlyMap<string, string> | null>(null)
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set())
  const text = rows?.map((row) => `${row.key} ${row.stamp}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the rows, which are new on every render
  useEffect(() => {
    if (!rows) return
    const moved = changesSince(seen.current, rows, heardLately())
    seen.current = new Map(rows.map((row) => [row.key, row.stamp]))
    if (moved.length === 0) return
    setChanged(new Set(moved))
    const timer = setTimeout(() => setChanged(new Set()), 2500)
    return () => clearTimeout(timer)
  }, [text])
  return changed
}

export function changesSince(
  before: ReadonlyMap<string, string> | null,
  rows: readonly Stamped[],
  live: boolean,
): string[] {
  if (!before) return []
  return rows.filter(({ key, stamp }) => (before.has(key) ? before.get(key) !== stamp : live)).map((row) => row.key)
}
