'use client'

import { useEffect, useRef, useState } from 'react'

/** The keys of rows whose stamp moved since they were last shown, for a moment: a live update marks what it changed. */
export function useRecentChanges(rows: readonly { key: string; stamp: string }[] | undefined): ReadonlySet<string> {
  const seen = useRef<Map<string, string> | null>(null)
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set())
  const text = rows?.map((row) => `${row.key} ${row.stamp}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the rows, which are new on every render
  useEffect(() => {
    if (!rows) return
    const before = seen.current
    seen.current = new Map(rows.map((row) => [row.key, row.stamp]))
    if (!before) return
    const moved = rows.filter((row) => before.get(row.key) !== row.stamp).map((row) => row.key)
    if (moved.length === 0) return
    setChanged(new Set(moved))
    const timer = setTimeout(() => setChanged(new Set()), 2500)
    return () => clearTimeout(timer)
  }, [text])
  return changed
}
