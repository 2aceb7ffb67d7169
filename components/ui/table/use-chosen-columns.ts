'use client'

import { useLocalStorage } from '@mantine/hooks'
import type { Column } from './columns.ts'

/** Which columns a person wants to see in this table, kept in their browser. */
export function useChosenColumns<Row>(name: string, columns: readonly Column<Row>[]) {
  const [changes, setChanges] = useLocalStorage<Record<string, boolean>>({
    key: `modelyard.columns.${name}`,
    defaultValue: {},
  })
  const shown = columns.filter((column, place) => place === 0 || (changes[column.key] ?? !column.optional))
  const choose = (key: string, visible: boolean) => setChanges((before) => ({ ...before, [key]: visible }))
  return { shown, choose }
}
